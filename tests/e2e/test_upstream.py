"""The daemon between a real client and a real upstream: cancelling, stale files, money, and what is never logged."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.conftest import KEY, with_upstream
from tests.e2e.raw_editor import CAPABILITIES, Json, RawEditor, RefusedError
from tests.e2e.test_stdio import NAME, request_for
from tests.loopback import Turn, Upstream, credential, hang_mid_stream

DOC = '<doc name="parse_header">\nSplit a header line into its name and value.\n</doc>\n'
REVIEW = json.dumps(
    {
        "findings": [
            {
                "quote": '        raise ValueError("no name")',
                "severity": "warning",
                "message": "The error does not show the line. Add it.",
                "fix": '        raise ValueError(f"no name in {line!r}")',
            },
            {"quote": "    if not line:", "severity": "hint", "message": "Blank names pass."},
        ]
    }
)


async def command(editor: RawEditor, name: str, argument: object = None) -> Json:
    answer: Json = await editor.request(
        "workspace/executeCommand", {"command": name, "arguments": [] if argument is None else [argument]}
    )
    return answer


async def hangs(upstream: Upstream, number: int) -> None:
    await upstream.wait_for(lambda now: len(now.seen) > number and now.seen[number].hanging, 15)


async def left(upstream: Upstream, number: int) -> None:
    await upstream.wait_for(lambda now: now.seen[number].disconnected_at is not None)


async def test_every_way_to_cancel_closes_the_upstream_and_books_what_was_spent(
    env: dict[str, str], project: Path
) -> None:
    async with Upstream([hang_mid_stream() for _ in range(5)], reply=DOC) as upstream:
        async with RawEditor(with_upstream(env, upstream.base_url), project) as editor:
            uri = editor.open(project / "labels.py")

            number, answer = editor.ask("routerd/run", request_for(uri, "document", workDoneToken="mine"))
            await hangs(upstream, 0)
            editor.notify("$/cancelRequest", {"id": number})
            outcome = await answer
            assert outcome["status"] == "cancelled"
            assert outcome["attempts"][0]["status"] == "cancelled"
            assert outcome["usage"]["input"] > 0, "the prompt was billed"
            await left(upstream, 0)

            _, answer = editor.ask("routerd/run", request_for(uri, "document", workDoneToken="mine"))
            await hangs(upstream, 1)
            editor.notify("window/workDoneProgress/cancel", {"token": "mine"})
            assert (await answer)["status"] == "cancelled"
            await left(upstream, 1)

            job = await command(editor, "routerd.run", request_for(uri, "document"))
            await hangs(upstream, 2)
            said = await editor.until("$/progress", lambda params: "tokens" in params["value"].get("message", ""))
            assert said["token"] == f"routerd-{job['job']}"
            assert await command(editor, "routerd.cancel", job) == {"cancelled": True}
            await left(upstream, 2)
            assert await command(editor, "routerd.cancel", {"job": "j99"}) == {"cancelled": False}

            _, answer = editor.ask("routerd/run", request_for(uri, "document"))
            await hangs(upstream, 3)
            editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
            assert (await answer)["status"] == "cancelled"
            await left(upstream, 3)

            stats = await command(editor, "routerd.stats")
            assert stats["attempts"] == 4
            assert stats["failures"] == {"cancelled": 4}
            assert float(stats["spent"]) > 0

            uri = editor.open(project / "labels.py")
            await command(editor, "routerd.run", request_for(uri, "document"))
            await hangs(upstream, 4)
        await left(upstream, 4)
        assert editor.process.returncode == 0, "shutdown cancels and books as well"


async def test_two_requests_for_the_same_symbol_are_one_job_and_other_documents_go_their_own_way(
    env: dict[str, str], project: Path
) -> None:
    (project / "other.py").write_bytes((project / "labels.py").read_bytes())
    async with Upstream([hang_mid_stream(), hang_mid_stream()], reply=DOC) as upstream:
        async with RawEditor(with_upstream(env, upstream.base_url), project) as editor:
            uri, other = editor.open(project / "labels.py"), editor.open(project / "other.py")
            first = await command(editor, "routerd.run", request_for(uri, "document"))
            await hangs(upstream, 0)
            elsewhere = {"line": 5, "character": 9}
            again = {"action": "document", "uri": uri, "range": {"start": elsewhere, "end": elsewhere}}
            assert await command(editor, "routerd.run", again) == first
            assert await command(editor, "routerd.run", request_for(other, "document")) == {"job": "j2"}
            await hangs(upstream, 1)
            await editor.until("routerd/status", lambda params: params["jobs"] == 2)
            upstream.release()
            for path in (uri, other):
                await editor.until(
                    "workspace/applyEdit",
                    lambda params, path=path: path in json.dumps(params),  # type: ignore[misc]  # bound now
                )
        assert len(upstream.seen) == 2


async def test_a_file_that_changed_meanwhile_is_edited_at_the_moved_place_or_not_at_all(
    env: dict[str, str], project: Path
) -> None:
    other = replace(hang_mid_stream(), reply=DOC.replace("Split", "Cut"))
    async with (
        Upstream([hang_mid_stream(), other], reply=DOC) as upstream,
        RawEditor(with_upstream(env, upstream.base_url), project) as editor,
    ):
        uri = editor.open(project / "labels.py")
        _, answer = editor.ask("routerd/run", request_for(uri, "document", version=1))
        await hangs(upstream, 0)
        editor.type(uri, 1, "# typed above\n# and more\n")
        upstream.release()
        assert (await answer)["status"] == "applied"
        assert '-> tuple[str, str]:\n    """Split a header line' in editor.texts[uri]

        again = request_for(uri, "document", replace=True, instruction="Other words.", version=1)
        _, answer = editor.ask("routerd/run", again)
        await hangs(upstream, 1)
        line = editor.texts[uri].split("\n").index("    if not line:")
        editor.type(uri, line, "    # typed inside\n")
        before = editor.texts[uri]
        upstream.release()
        outcome = await answer
        assert outcome["status"] == "proposed", outcome["message"]
        assert "inside the target" in outcome["message"]
        assert outcome["document"], "the paid text is not lost"
        assert editor.texts[uri] == before


async def test_a_review_is_shown_moves_with_its_lines_and_goes_with_them(env: dict[str, str], project: Path) -> None:
    async with (
        Upstream(reply=REVIEW) as upstream,
        RawEditor(with_upstream(env, upstream.base_url), project) as editor,
    ):
        uri = editor.open(project / "labels.py")

        async def shown(*lines: int) -> Json:
            return await editor.until(
                "textDocument/publishDiagnostics",
                lambda params: [each["range"]["start"]["line"] for each in params["diagnostics"]] == list(lines),
            )

        outcome = await editor.request("routerd/run", request_for(uri, "review"))
        assert outcome["status"] == "applied", outcome["message"]
        assert len(outcome["diagnostics"]) == 2
        assert {each["severity"] for each in outcome["diagnostics"]} == {2, 4}
        published = await editor.until("textDocument/publishDiagnostics")
        assert sorted(each["range"]["start"]["line"] for each in published["diagnostics"]) == [5, 6]

        here = {"line": 6, "character": 10}
        params = {"textDocument": {"uri": uri}, "range": {"start": here, "end": here}}
        fixes = await editor.request(
            "textDocument/codeAction", {**params, "context": {"diagnostics": [], "only": ["quickfix"]}}
        )
        assert [fix["kind"] for fix in fixes] == ["quickfix"]

        editor.told.clear()
        editor.type(uri, 1, "# above\n")
        moved = await editor.until("textDocument/publishDiagnostics")
        assert sorted(each["range"]["start"]["line"] for each in moved["diagnostics"]) == [6, 7]
        editor.type(uri, 7, "  ")
        await shown(6)
        assert await command(editor, "routerd.clearReview", {"uri": uri}) == {"cleared": 1}
        await shown()
        await editor.request("routerd/run", request_for(uri, "review", instruction="again"))
        editor.told.clear()
        editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        await shown()


async def test_a_dear_action_is_asked_about_and_no_answer_is_no(env: dict[str, str], project: Path) -> None:
    async with (
        Upstream(reply=DOC) as upstream,
        RawEditor(with_upstream(env, upstream.base_url, confirm_above="0.000001"), project) as editor,
    ):
        uri = editor.open(project / "labels.py")
        editor.handlers["window/showMessageRequest"] = lambda _: None
        refused = await editor.request("routerd/run", request_for(uri, "document"))
        assert refused["status"] == "refused"
        assert upstream.seen == []
        assert "$" in (await editor.until("window/showMessageRequest"))["message"]
        editor.handlers["window/showMessageRequest"] = lambda _: {"title": "Yes"}
        assert (await editor.request("routerd/run", request_for(uri, "document")))["status"] == "applied"


async def test_how_a_job_ended_is_told_in_words_or_to_who_asks_for_it_as_an_outcome(
    env: dict[str, str], project: Path
) -> None:
    knowing = {**CAPABILITIES, "experimental": {"routerd": {"outcome": True}}}
    async with Upstream([credential(401)] * 8, reply=DOC) as upstream:
        settings = with_upstream(env, upstream.base_url)
        async with RawEditor(settings, project) as plain:
            await command(plain, "routerd.run", request_for(plain.open(project / "labels.py"), "document"))
            told = await plain.until("window/showMessage")
            assert told["type"] == 1
        async with RawEditor(settings, project, knowing) as editor:
            job = await command(editor, "routerd.run", request_for(editor.open(project / "labels.py"), "document"))
            ended = await editor.until("routerd/outcome")
            assert ended["job"] == job["job"]
            assert ended["outcome"]["status"] == "failed"
            assert ended["outcome"]["message"]
            assert not [method for method, _ in editor.told if method == "window/showMessage"]


async def test_no_code_no_words_and_no_key_ever_reach_the_log(env: dict[str, str], project: Path) -> None:
    turns = [credential(401), Turn(reply="no documentation, but SECRET_ANSWER"), hang_mid_stream()]
    async with Upstream(turns, reply=DOC) as upstream:
        log = project.parent / "routerd.log"
        debug = ("serve", "--solo", "--log-level", "debug", "--log-file", str(log))
        async with RawEditor(with_upstream(env, upstream.base_url), project, arguments=debug) as editor:
            text = (project / "labels.py").read_text("utf-8").replace("no name", "SECRET_CODE")
            uri = editor.open(project / "labels.py", text)
            for instruction in ("SECRET_WORDS", "more SECRET_WORDS"):
                await editor.request("routerd/run", request_for(uri, "document", instruction=instruction))
            await editor.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": NAME})
            editor.notify("textDocument/didOpen", {"textDocument": {"uri": uri, "text": "SECRET_CODE"}})
            editor.notify("SECRET_CODE", {"SECRET_CODE": 1})
            with pytest.raises(RefusedError):
                await editor.request("workspace/executeCommand", {"arguments": ["SECRET_CODE"]})
            with pytest.raises(RefusedError):
                await editor.request("routerd/estimate", {"textDocument": {"uri": "SECRET_CODE"}})
            assert editor.process.stdin is not None
            editor.process.stdin.write(b"Content-Length: 13\r\n\r\n{SECRET_CODE}")
            await editor.until("error")
        logged = log.read_text("utf-8") + (await editor.stderr).decode()
    assert "SECRET" not in logged
    assert KEY not in logged
