"""Work handed over to a provider's batch service, in both dialects: half the price, mapped by id, settled once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests import brain
from tests.batch.project import Project, new_project
from tests.loopback import InThread, Upstream
from tests.loopback.batch_desk import AnthropicDesk, BatchDesk, Fate, OpenAIDesk, plain

PRICED = 'batch_input = "0.5"\nbatch_output = "1"\n'
ZERO = Decimal(0)
DIALECTS: dict[str, type[BatchDesk]] = {"chat": OpenAIDesk, "messages": AnthropicDesk}


@dataclass
class Scene:
    project: Project
    desk: BatchDesk
    upstream: InThread

    def configure(self, more: str = "", priced: str = PRICED) -> None:
        name = "messages" if isinstance(self.desk, AnthropicDesk) else "chat"
        self.project.configure(self.upstream.base_url, f'dialect = "{name}"\ndialects = ["{name}"]\nbatch = true', more)
        path = Path(self.project.env["XDG_CONFIG_HOME"]) / "routerd" / "config.toml"
        path.write_text(path.read_text().replace('output = "2"\n', f'output = "2"\n{priced}'))

    def files(self, number: int) -> None:
        self.project.write([f"m{index:02}" for index in range(number)])
        self.project.commit()

    def submit(self, *more: str) -> Any:
        return self.project.json("batch", "submit", "document", ".", "--yes", *more)

    def collect(self, *more: str) -> Any:
        return self.project.json("batch", "collect", *more)

    def billed(self) -> Decimal:
        """What the service charges for all that it answered, at half of the price."""
        return (self.desk.prompt_tokens * Decimal("0.5") + self.desk.completion_tokens * Decimal(1)) / 10**6

    def held(self) -> Decimal:
        ((pico,),) = self.project.ledger("SELECT SUM(amount) FROM reservations")
        return Decimal(pico or 0) / 10**12

    def documented(self) -> int:
        return sum('"""Do what' in path.read_text() for path in self.project.root.glob("m*.py"))

    def states(self) -> list[str]:
        (status,) = self.project.json("batch", "status", "document")
        return sorted(item["state"] for item in status["items"])


BOTH = pytest.mark.parametrize("dialect", sorted(DIALECTS))


@pytest.fixture
def dialect() -> str:
    """Most of the rules are the same in both: what a dialect says for itself is tested in `BOTH`."""
    return "chat"


@pytest.fixture
def scene(dialect: str, tmp_path: Path) -> Iterator[Scene]:
    desk = DIALECTS[dialect](brain.reply)
    with InThread(Upstream(batches=desk, reply=lambda body: brain.reply(plain(body)))) as upstream:
        one = Scene(new_project(tmp_path), desk, upstream)
        one.configure()
        yield one


@BOTH
def test_a_batch_costs_half_and_each_result_is_booked_once(scene: Scene) -> None:
    scene.files(7)
    plan = scene.project.json("batch", "plan", "document", ".")
    assert Decimal(plan["batch_service"]["likely"]) == Decimal(plan["total"]["likely"]) / 2
    assert plan["batch_service"]["sources"] == ["config"]
    assert not scene.desk.calls, "a plan sends nothing"
    done = scene.submit()
    assert [(one["items"], bool(one["job"])) for one in done["submitted"]] == [(7, True)]
    assert 0 < scene.held() <= Decimal(plan["batch_service"]["most"])
    assert scene.project.booked() == 0
    assert scene.states() == ["submitted"] * 7
    again = scene.submit()
    assert (again["submitted"], len(scene.desk.asked)) == ([], 7), "what is at the provider is not handed over again"
    ended = scene.collect("--apply")
    assert (ended["files"], scene.documented()) == (7, 7)
    assert scene.project.booked() == scene.billed() == Decimal(ended["spent"])
    assert (scene.held(), scene.upstream.seen) == (ZERO, [])
    fetched = scene.desk.fetched
    assert scene.collect()["provider_batches"] == []
    assert (scene.desk.fetched, scene.project.booked()) == (fetched, scene.billed()), "collected once"


def test_a_wait_ends_with_the_batch_and_a_look_at_one_that_runs_changes_nothing(scene: Scene) -> None:
    scene.files(3)
    scene.desk.looks = 4
    scene.submit()
    (look,) = scene.collect()["provider_batches"]
    assert (look["state"], look["settled"], scene.states()) == ("running", False, ["submitted"] * 3)
    ended = scene.collect("--wait", "--apply")
    assert (ended["provider_batches"][0]["settled"], scene.documented()) == (True, 3)


@BOTH
@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_what_an_ended_batch_did_not_come_to_is_open_again_and_what_it_did_is_charged(scene: Scene, end: str) -> None:
    scene.files(8)
    scene.desk.end = end
    scene.desk.fate = lambda number, body: Fate.EXPIRED if number % 2 else Fate.ANSWERED
    scene.submit()
    ended = scene.collect("--apply")
    assert scene.documented() == 4
    assert scene.states() == ["applied"] * 4 + ["planned"] * 4
    assert scene.project.booked() == scene.billed() == Decimal(ended["spent"]) > 0
    assert scene.held() == 0
    scene.desk.fate = lambda number, body: Fate.ANSWERED
    assert [one["items"] for one in scene.submit()["submitted"]] == [4]
    scene.collect("--apply")
    assert (scene.documented(), len(set(scene.desk.asked))) == (8, 8)
    assert scene.project.booked() == scene.billed()


@BOTH
def test_results_that_are_doubled_unknown_or_errors_are_told_apart_by_their_ids_alone(scene: Scene) -> None:
    scene.files(6)
    scene.desk.stray = 2
    kinds = [Fate.TWICE, Fate.ERROR, Fate.CUT, Fate.ANSWERED, Fate.TWICE, Fate.ANSWERED]
    scene.desk.fate = lambda number, body: kinds[number]
    scene.submit()
    ended = scene.collect("--apply")
    problems = " ".join(ended["provider_batches"][0]["problems"])
    assert "2 results have an id that was not sent" in problems
    assert "Results came twice, and the first counts: " in problems
    assert problems.count(".py") == 2
    assert scene.documented() == 4
    messages = {item["path"]: item["message"] for item in ended["items"] if item["state"] == "failed"}
    assert set(messages) == {"m01.py", "m02.py"}
    assert messages["m01.py"].startswith("It is refused")
    assert "ran into the output limit" in messages["m02.py"]
    assert scene.project.booked() == scene.billed(), "the answer that was cut is charged, the error is not"
    rows = dict(scene.project.ledger("SELECT status, COUNT(*) FROM attempts GROUP BY status"))
    assert rows == {"ok": 4, "truncated": 1}
    scene.desk.fate = lambda number, body: Fate.ANSWERED
    scene.desk.stray = 0
    assert [one["items"] for one in scene.submit()["submitted"]] == [2], "both are asked anew"
    scene.collect("--apply")
    assert (scene.documented(), scene.held()) == (6, ZERO)
    assert scene.project.booked() == scene.billed()


def test_half_of_the_results_missing_although_charged_stays_open_until_it_comes(scene: Scene) -> None:
    scene.files(6)
    scene.desk.fate = lambda number, body: Fate.MISSING if number < 3 else Fate.ANSWERED
    scene.submit()
    held = scene.held()
    done = scene.collect("--apply")
    assert "counts 6 answers, and 3 came" in done["provider_batches"][0]["problems"][0]
    assert scene.documented() == 3
    assert 0 < scene.held() < held, "what may come is held"
    for job in scene.desk.jobs.values():
        job.fates = dict.fromkeys(job.fates, Fate.ANSWERED)
    scene.collect("--apply")
    assert (scene.documented(), scene.held()) == (6, ZERO)
    assert scene.project.booked() == scene.billed()
    assert len(scene.desk.asked) == 6, "nothing was asked twice"


def test_missing_results_that_nobody_counts_are_booked_at_the_most_that_they_can_cost(scene: Scene) -> None:
    scene.files(4)
    scene.desk.counts = False
    scene.desk.fate = lambda number, body: Fate.NOT_DONE if number < 2 else Fate.ANSWERED
    scene.submit()
    held = scene.held()
    done = scene.collect("--apply")
    assert "2 requests have no result" in done["provider_batches"][0]["problems"][0]
    rows = dict(scene.project.ledger("SELECT status, SUM(cost) FROM attempts GROUP BY status"))
    assert Decimal(rows["unknown"]) / 10**12 > 0
    assert scene.billed() < scene.project.booked() <= held
    assert (scene.held(), scene.states()) == (ZERO, ["applied", "applied", "failed", "failed"])


def test_missing_results_that_the_service_does_not_count_cost_nothing(scene: Scene) -> None:
    scene.files(4)
    scene.desk.fate = lambda number, body: Fate.NOT_DONE if number < 2 else Fate.ANSWERED
    scene.submit()
    scene.collect("--apply")
    assert scene.states() == ["applied", "applied", "planned", "planned"]
    assert (scene.held(), scene.project.booked()) == (ZERO, scene.billed())


@BOTH
def test_a_file_of_results_that_breaks_off_loses_and_doubles_nothing(scene: Scene) -> None:
    scene.files(9)
    scene.submit()
    scene.desk.cut_results = True
    done = scene.project.run("batch", "collect", "--apply")
    assert (done.returncode, "'routerd batch collect' tries again" in done.stderr) == (1, True), done.stderr
    some = scene.documented()
    assert 0 < some < 9
    scene.desk.cut_results = False
    scene.collect("--apply")
    assert (scene.documented(), scene.held()) == (9, ZERO)
    assert scene.project.booked() == scene.billed()


def test_answers_that_break_the_contract_are_asked_again_at_the_next_tier_by_the_next_batch(scene: Scene) -> None:
    scene.files(3)

    def reply(body: Any) -> str:
        refused = "parse_m01" in str(body["messages"][1]["content"]) and body["model"] == "small"
        return "As an AI model I cannot do that." if refused else brain.reply(body)

    scene.desk.reply = reply
    scene.submit()
    done = scene.collect("--apply")
    assert (scene.documented(), scene.states()) == (2, ["applied", "applied", "refused"])
    assert scene.project.booked() == scene.billed() == Decimal(done["spent"])
    assert scene.upstream.seen == [], "nobody agreed to ask again"
    left = scene.submit()["left"]
    assert "what loopback/large costs in a batch is not known" in left[0]["reason"]
    again = scene.project.json("batch", "run", "document", ".", "--yes", "--apply")
    assert [one.model for one in scene.upstream.seen] == ["large"]
    assert (scene.documented(), again["items"][0]["tier"]) == (3, "logic")


def test_deleted_files_another_branch_and_changed_text_meet_the_answers_of_yesterday(scene: Scene) -> None:
    scene.files(4)
    root = scene.project.root
    scene.submit()
    scene.project.git("checkout", "--quiet", "-b", "other")
    (root / "m00.py").unlink()
    (root / "m01.py").write_text((root / "m01.py").read_text().replace("lower", "upper"))
    (root / "m02.py").write_text("import os\n\n" + (root / "m02.py").read_text())
    scene.project.commit()
    done = scene.project.run("batch", "collect", "--apply")
    assert done.returncode == 1
    assert "conflict: m00.py: m00.py was deleted" in done.stderr
    assert "conflict: m01.py: `parse_m01` changed" in done.stderr
    assert not (root / "m00.py").exists()
    assert '"""' not in (root / "m01.py").read_text()
    assert (root / "m02.py").read_text().startswith("import os\n\ndef parse_m02")
    assert scene.documented() == 2
    assert scene.project.booked() == scene.billed(), "paid for in any case"
    scene.project.git("checkout", "--quiet", "--force", "main")
    scene.project.run("batch", "apply", "document")
    assert scene.documented() == 2, "on the branch that it was planned on, the other two land"
    assert '"""Do what' in (root / "m00.py").read_text()


@BOTH
def test_a_batch_whose_id_never_came_is_found_again_and_one_that_was_not_taken_is_open(scene: Scene) -> None:
    scene.files(3)
    scene.desk.on_create = "drop"
    done = scene.submit()
    assert "may have taken the batch" in done["problems"][0]
    assert [one["job"] for one in done["submitted"]] == [None]
    assert scene.states() == ["submitted"] * 3
    scene.desk.on_create = ""
    scene.collect("--apply")
    assert (scene.documented(), len(scene.desk.asked)) == (3, 3)
    assert scene.project.booked() == scene.billed()
    scene.project.git("checkout", "--quiet", "--", ".")
    scene.project.write(["n1", "n2"])
    scene.desk.on_create = "lose"
    assert "may have taken" in scene.submit()["problems"][0]
    scene.desk.on_create = ""
    assert scene.project.run("batch", "collect").returncode == 1
    assert scene.states().count("planned") == 2, "nothing was asked, so they are open"
    assert scene.held() == 0


@BOTH
def test_a_refused_batch_costs_nothing_and_says_why(scene: Scene) -> None:
    scene.files(2)
    scene.desk.on_create = "full"
    done = scene.submit()
    assert "It took nothing" in done["problems"][0]
    assert (scene.states(), scene.held()) == (["planned"] * 2, ZERO)


def test_a_cap_hands_over_what_it_pays_for_and_names_the_rest(scene: Scene) -> None:
    scene.files(10)
    plan = scene.project.json("batch", "plan", "document", ".")
    cap = Decimal(plan["batch_service"]["high"]) / 3
    done = scene.project.run("batch", "submit", "document", ".", "--yes", "--max-cost", f"{cap:.6f}")
    assert done.returncode == 3, done.stderr
    assert 0 < len(scene.desk.asked) < 10
    assert scene.held() <= cap
    scene.collect("--apply")
    assert scene.project.booked() == scene.billed() <= cap


def test_a_budget_counts_what_a_batch_holds(scene: Scene) -> None:
    scene.files(4)
    scene.submit()
    held = scene.held()
    scene.configure(f'\n[budget]\ndaily = "{held:.5f}"\n')
    refused = scene.project.run("run", "document", ".", "--yes")
    assert refused.returncode in (0, 3)
    assert scene.upstream.seen == [], "they are all at the provider"
    scene.project.write(["more"])
    refused = scene.project.run("run", "document", "more.py", "--yes")
    assert refused.returncode == 3, refused.stderr
    assert scene.upstream.seen == []


def test_an_unknown_price_is_said_and_nothing_is_handed_over(scene: Scene) -> None:
    scene.files(2)
    scene.configure(priced="")
    plan = scene.project.run("batch", "plan", "document", ".")
    assert "in the provider's batch, within a day: price unknown" in plan.stdout
    done = scene.submit()
    assert (done["submitted"], len(done["left"]), scene.desk.calls) == ([], 2, [])
    assert "give batch_input and batch_output" in done["left"][0]["reason"]


def test_nothing_is_sent_without_agreement(scene: Scene) -> None:
    scene.files(2)
    done = scene.project.run("batch", "submit", "document", ".")
    assert (done.returncode, scene.desk.calls) == (3, [])
    assert "Add --yes" in done.stderr


@BOTH
def test_cancelling_stops_the_provider_and_what_it_answered_is_fetched(scene: Scene) -> None:
    scene.files(4)
    scene.desk.looks = 99
    scene.desk.fate = lambda number, body: Fate.EXPIRED if number else Fate.ANSWERED
    scene.submit()
    assert "was asked to stop its batch of 4" in scene.project.run("batch", "cancel").stderr
    scene.collect("--apply")
    assert (scene.documented(), scene.held()) == (1, ZERO)
    assert scene.project.booked() == scene.billed()


def test_a_batch_that_the_provider_does_not_know_is_given_up_at_the_most_that_it_can_have_cost(scene: Scene) -> None:
    scene.files(2)
    scene.submit()
    held = scene.held()
    scene.desk.jobs.clear()
    done = scene.project.run("batch", "collect")
    assert (done.returncode, "'routerd batch cancel' gives it up" in done.stderr) == (1, True)
    assert scene.held() == held
    scene.project.run("batch", "cancel")
    assert (scene.held(), scene.project.booked()) == (ZERO, held)
