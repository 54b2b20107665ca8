"""Planning real files and bookkeeping of items: `python -m tests.bench.batch [FILES]`; prints JSON.

The targets: 5,000 files planned in 10 s of CPU and 300 MB, and 2 ms of CPU for the bookkeeping of an item. The baseline
is tree-sitter alone, which parses the same files once.
"""

from __future__ import annotations

import json
import shutil
import site
import sys
import tempfile
import time
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import tree_sitter_python
from tree_sitter import Language, Parser

from routerd.adapters.batch_store import SqliteBatchStore
from routerd.adapters.ledger import MIGRATIONS, BatchLedger, LedgerWriter, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.batch import Item, ItemState
from routerd.domain.booking import Booking
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.position import Edit
from routerd.domain.reply import Change, FileChange
from routerd.domain.settings import Budget
from routerd.domain.stored_reply import StoredReply
from routerd.domain.text import Text
from routerd.domain.tier import Tier
from tests.batch.project import Project, new_project
from tests.posix import spent_by_children

MODEL, ITEMS = ModelRef("loopback", "small"), 1_000


def copied(project: Project, count: int) -> int:
    """Fill a project with real files; their characters."""
    paths = [Path(folder) for folder in (*site.getsitepackages(), *sys.path) if folder.endswith("site-packages")]
    sources = (path for folder in dict.fromkeys(paths) for path in sorted(folder.rglob("*.py")))
    size = 0
    for number, path in zip(range(count), (one for one in sources if 0 < one.stat().st_size < 256_000), strict=False):
        target = project.root / f"p{number // 100}" / f"m{number}.py"
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target)
        size += target.stat().st_size
    return size


def planned(project: Project) -> dict[str, object]:
    """CPU seconds and memory of the program that plans all files."""
    project.configure("http://127.0.0.1:9/v1")
    before = spent_by_children()
    done = project.run("batch", "plan", "document", ".", "--json")
    after = spent_by_children()
    found = json.loads(done.stdout)
    return {
        "cpu_s": round(after.cpu_s - before.cpu_s, 2),
        "mb": round(after.memory_kib * 1024 / 1_000_000),
        "items": len(found["items"]),
        "skipped": len(found["skipped"]),
    }


def parsed_alone(project: Project) -> float:
    """CPU seconds of the grammar for the same files: no plan that knows what is documented can take less."""
    parser = Parser(Language(tree_sitter_python.language()))
    sources = [path.read_bytes() for path in project.root.rglob("*.py")]
    began = time.process_time()
    for source in sources:
        parser.parse(source)
    return time.process_time() - began


def bookkeeping(folder: Path) -> float:
    """Milliseconds of CPU that storing, reserving and booking one item takes."""
    now = datetime.now().astimezone()
    writer = LedgerWriter(Database(folder / "ledger.db", MIGRATIONS, now))
    account = BatchLedger(SqliteLedger(writer, lambda: Budget(daily=Decimal(1_000))), "b", Decimal(500))
    store = SqliteBatchStore(folder / "batches.db", now)
    text = Text("def f():\n    return 1\n" * 100)
    change = Change((FileChange("file:///x.py", text, (Edit(text.whole, text.string),)),))
    cent = Decimal("0.01")
    items = [
        Item(f"i{number}", f"m{number}.py", "", "f", "t", Tier.UTILITY, MODEL, 100, cent, cent, cent, cent)
        for number in range(ITEMS)
    ]
    account.open(Decimal(10), now)
    began = time.process_time()
    store.save_plan("b", {"action": "document"}, items, now)
    for item in items:
        job = f"b-{item.id}"
        store.replies("b", item.id)
        account.reserve(job, Decimal("0.01"), Decimal("0.02"), now)
        account.sent(job)
        attempt = Attempt(MODEL, Tier.UTILITY, AttemptStatus.OK, Usage(100, output=100), Decimal("0.001"), 1)
        store.keep_reply("b", item.id, StoredReply("x" * 1_000, attempt, 1))
        account.book(Booking(job, "document", "python", attempt, None, 100, 100, None), now)
        account.release(job)
        store.finish("b", replace(item, state=ItemState.DONE), change)
    return (time.process_time() - began) / ITEMS * 1_000


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    with tempfile.TemporaryDirectory() as folder:
        project = new_project(Path(folder))
        size = copied(project, count)
        result = {"files": count, "kb_each": round(size / count / 1_000, 1), **planned(project)}
        result["baseline_parse_s"] = round(parsed_alone(project), 2)
        result["bookkeeping_ms"] = round(bookkeeping(Path(folder)), 2)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
