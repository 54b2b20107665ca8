"""One action over many files, by the real program against a real upstream: price first, done once, landed safely."""

from __future__ import annotations

import ast
from decimal import Decimal
from pathlib import Path

import pytest

from routerd.domain.money import Price, Usage, cost
from tests import brain
from tests.batch.project import Project, new_project
from tests.loopback import InThread, Seen, Turn, Upstream
from tests.loopback.turns import Body

SMALL, LARGE = Price(Decimal(1), Decimal(2)), Price(Decimal(10), Decimal(20))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return new_project(tmp_path)


def billed(seen: list[Seen]) -> Decimal:
    """What the upstream billed, at the prices of the configuration."""
    bills = [(one.billed, LARGE if one.model == "large" else SMALL) for one in seen]
    return sum(
        (cost(Usage(input=bill.prompt_tokens, output=bill.completion_tokens), price) for bill, price in bills),
        Decimal(0),
    )


def honest() -> Upstream:
    return Upstream(reply=brain.reply, otherwise=Turn(chunk_chars=1_000))


def without_docs(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node, clean=False):
            node.body = node.body[1:]
    return ast.dump(tree)


def test_nothing_is_sent_before_somebody_agrees(project: Project) -> None:
    project.write(["a", "b"])
    with InThread(honest()) as upstream:
        project.configure(upstream.base_url)
        done = project.run("run", "document", ".")
        assert done.returncode == 3
        assert "Nothing was sent. Send 2 requests (at most $" in done.stderr
        assert "Add --yes to agree beforehand." in done.stderr
        assert project.run("estimate", ".", "--action", "document,review").returncode == 0
        assert upstream.seen == []


def test_every_file_is_changed_once_and_the_report_is_what_git_sees(project: Project) -> None:
    project.write([f"m{number}" for number in range(12)])
    before = {path.name: path.read_text() for path in project.root.glob("m*.py")}
    project.commit()
    with InThread(honest()) as upstream:
        project.configure(upstream.base_url)
        done = project.json("run", "document", ".", "--yes", "--apply")
        assert len(upstream.seen) == 12
        assert (done["files"], done["added"], done["removed"]) == (12, 12, 0)
        assert project.git("diff", "--shortstat").split() == ["12", "files", "changed,", "12", "insertions(+)"]
        for name, text in before.items():
            assert without_docs((project.root / name).read_text()) == without_docs(text)
        assert project.booked() == billed(upstream.seen) == Decimal(done["spent"])
        assert Decimal(done["spent"]) <= Decimal(done["planned"]["most"])
        again = project.json("run", "document", ".", "--yes", "--apply")
        assert len(upstream.seen) == 12, "documented already: nothing is left to ask"
        assert again["items"] == []
        assert {skipped["reason"] for skipped in again["skipped"] if skipped["path"].startswith("m")} == {
            f"everything in `m{number}.py` is documented already" for number in range(12)
        }


def test_a_second_run_gives_what_was_paid_for_without_asking_again(project: Project) -> None:
    project.write(["a", "b"])
    project.commit()
    with InThread(honest()) as upstream:
        project.configure(upstream.base_url)
        first = project.run("run", "document", ".", "--yes")
        assert first.returncode == 0, first.stderr
        assert project.git("status", "--porcelain") == "", "shown as a diff only"
        second = project.run("run", "document", ".", "--yes")
        assert (second.stdout, second.returncode, len(upstream.seen)) == (first.stdout, 0, 2)
        (project.root / "all.patch").write_text(second.stdout)
        project.git("apply", "all.patch")
        assert "Do what parse_a does." in (project.root / "a.py").read_text()
        fresh = project.run("run", "document", "b.py", "a.py", "--yes", "--fresh", "--apply")
        assert (fresh.returncode, len(upstream.seen)) == (0, 2), "both are documented now"
        project.git("checkout", "--", "a.py", "b.py")
        assert project.run("run", "document", ".", "--yes", "--fresh").returncode == 0
        assert len(upstream.seen) == 4


def test_refused_answers_are_asked_again_at_the_next_tier_as_a_second_wave(project: Project) -> None:
    project.write(["good", "bad", "worse"])

    def reply(body: Body) -> str:
        user = str(body["messages"][1]["content"])
        if "parse_worse" in user or ("parse_bad" in user and body["model"] == "small"):
            return "As an AI model I cannot do that."
        return brain.reply(body)

    with InThread(Upstream(reply=reply, otherwise=Turn(chunk_chars=1_000))) as upstream:
        project.configure(upstream.base_url)
        done = project.json("run", "document", ".", "--yes", "--apply")
        states = {item["path"]: (item["state"], item["tier"]) for item in done["items"]}
        assert states == {
            "good.py": ("applied", "utility"),
            "bad.py": ("applied", "logic"),
            "worse.py": ("refused", "logic"),
        }
        models = [one.model for one in upstream.seen]
        assert models.index("large") > max(index for index, model in enumerate(models) if model == "small")
        assert project.booked() == billed(upstream.seen) == Decimal(done["spent"])
        asked = len(upstream.seen)
        assert project.run("run", "document", ".", "--yes").returncode == 1
        assert len(upstream.seen) == asked, "no tier is left above the one that refused"


def test_at_the_cap_it_stops_and_names_what_is_left(project: Project) -> None:
    names = [f"m{number}" for number in range(10)]
    project.write(names)
    with InThread(honest()) as upstream:
        project.configure(upstream.base_url, limits="max_concurrency = 2")
        price = project.json("estimate", ".", "--action", "document")[0]["total"]
        cap = Decimal(price["high"]) / 4
        done = project.run("run", "document", ".", "--yes", "--apply", "--max-cost", str(cap))
        assert done.returncode == 3
        spent = billed(upstream.seen)
        assert 0 < spent <= cap
        assert spent == project.booked()
        asked = len(upstream.seen)
        assert 0 < asked < 10
        assert f"{10 - asked} files not asked: " in done.stderr
        assert project.ledger("SELECT COUNT(*) FROM reservations") == [(0,)]
        assert project.run("run", "document", ".", "--yes", "--apply").returncode == 0
        assert len(upstream.seen) == 10, "the second run asks what the first one did not"


def test_a_daily_budget_stops_a_batch_as_it_stops_any_other_work(project: Project) -> None:
    project.write([f"m{number}" for number in range(6)])
    with InThread(honest()) as upstream:
        project.configure(upstream.base_url)
        price = project.json("estimate", ".", "--action", "document")[0]["total"]
        daily = Decimal(price["high"]) / 4
        project.configure(upstream.base_url, "max_concurrency = 1", f'\n[budget]\ndaily = "{daily:.5f}"\n')
        done = project.run("run", "document", ".", "--yes", "--apply")
        assert done.returncode == 3, done.stderr
        assert 0 < project.booked() == billed(upstream.seen) <= daily


def test_a_file_that_changed_after_the_answer_keeps_what_was_typed(project: Project) -> None:
    project.write(["a", "b", "c", "gone"])
    with InThread(honest()) as upstream:
        project.configure(upstream.base_url)
        assert project.run("batch", "run", "document", ".", "--yes").returncode == 0
        (project.root / "a.py").write_text("import os\n\n" + (project.root / "a.py").read_text())
        (project.root / "b.py").write_text((project.root / "b.py").read_text().replace("lower", "upper"))
        (project.root / "gone.py").unlink()
        done = project.run("batch", "apply", "document")
        assert done.returncode == 1
        assert "conflict: b.py: `parse_b` changed" in done.stderr
        assert "conflict: gone.py: gone.py was deleted" in done.stderr
        assert (project.root / "a.py").read_text().startswith("import os\n\ndef parse_a")
        assert "Do what parse_a does." in (project.root / "a.py").read_text()
        assert "Do what parse_c does." in (project.root / "c.py").read_text()
        assert '"""' not in (project.root / "b.py").read_text()
        assert len(upstream.seen) == 4


def test_a_branch_gets_the_changes_and_the_working_tree_stays_as_it_is(project: Project) -> None:
    project.write(["a", "lib/b"])
    project.commit()
    with InThread(honest()) as upstream:
        project.configure(upstream.base_url)
        done = project.run("batch", "run", "document", ".", "--yes", "--branch", "docs")
        assert done.returncode == 0, done.stderr
        assert project.git("status", "--porcelain") == ""
        assert project.git("branch", "--show-current").strip() == "main"
        assert project.git("diff", "--stat", "main", "docs").splitlines()[-1].split() == (
            ["2", "files", "changed,", "2", "insertions(+)"]
        )
        assert project.git("worktree", "list").count("\n") == 1
        taken = project.run("batch", "apply", "document", "--branch", "docs")
        assert (taken.returncode, "There is a branch 'docs' already" in taken.stderr) == (2, True)
