"""The daemon over stdio, offline: what it offers, answers, applies and refuses."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from routerd.actions import catalog
from tests.e2e.conftest import CODE, TESTED
from tests.e2e.raw_editor import CAPABILITIES, SILENCE, Json, RawEditor, RefusedError

NAME = {"line": 3, "character": 6}
"""On `parse_header` in the project's module."""


def at(uri: str, position: Json) -> Json:
    return {"textDocument": {"uri": uri}, "position": position}


def request_for(uri: str, action: str, **more: object) -> Json:
    return {"action": action, "uri": uri, "range": {"start": NAME, "end": NAME}, **more}


def asking_tests(uri: str) -> Json:
    """A request for tests of the function that shows its results, in CODE and TESTED."""
    name = {"line": CODE.count("\n") + 2, "character": len("def ")}
    return {"action": "test", "uri": uri, "range": {"start": name, "end": name}}


async def menu(editor: RawEditor, uri: str, position: Json, **context: object) -> list[Json]:
    params = {"textDocument": {"uri": uri}, "range": {"start": position, "end": position}}
    found: list[Json] = await editor.request(
        "textDocument/codeAction", {**params, "context": {"diagnostics": [], **context}}
    )
    return found


async def test_a_first_session_from_hover_to_the_documented_function(env: dict[str, str], project: Path) -> None:
    async with RawEditor(env, project) as editor:
        offered = editor.server["capabilities"]
        assert editor.server["serverInfo"]["name"] == "routerd"
        assert offered["positionEncoding"] == "utf-16"
        assert offered["textDocumentSync"]["change"] == 2
        assert offered["hoverProvider"]
        assert not offered["codeActionProvider"]["resolveProvider"]
        assert {"routerd.run", "routerd.cancel", "routerd.clearReview", "routerd.stats", "routerd.reload"} <= set(
            offered["executeCommandProvider"]["commands"]
        )

        uri = editor.open(project / "labels.py")
        hover = await editor.request("textDocument/hover", at(uri, NAME))
        menu_actions = [spec.name for spec in catalog().values() if spec.in_menu and spec.offline]  # there is no key
        for action in menu_actions:
            assert f"\n{action} " in hover["contents"]["value"]
        assert "spent today" in hover["contents"]["value"]
        assert await editor.request("textDocument/hover", at(uri, {"line": 4, "character": 6})) is None

        entries = await menu(editor, uri, NAME)
        assert [entry["kind"].rpartition(".")[2] for entry in entries] == menu_actions
        only = await menu(editor, uri, NAME, only=["refactor"])
        assert {entry["kind"].partition(".")[0] for entry in only} == {"refactor"}
        assert await menu(editor, uri, NAME, only=["source.organizeImports"]) == []

        estimate = await editor.request("routerd/estimate", at(uri, NAME))
        assert estimate["symbol"] == "parse_header"
        assert {each["action"] for each in estimate["estimates"]} == {*menu_actions, "ask"}
        with pytest.raises(RefusedError, match="open it first"):  # which leaves no trace in the log, see the end
            await editor.request("routerd/estimate", at("file:///none.py", NAME))
        route = await editor.request("routerd/route", {"text": "add unit tests for this"})
        assert route["action"] == "test"

        command = entries[0]["command"]
        job = await editor.request(
            "workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]}
        )
        assert job == {"job": "j1"}
        await editor.until("workspace/applyEdit")
        assert '"""Parse' in editor.texts[uri]
        assert sum(method == "workspace/applyEdit" for method, _ in editor.asked) == 1, "one edit is one undo"
        await editor.until("$/progress", lambda params: params["value"]["kind"] == "end")
        await editor.until("routerd/status", lambda params: params["state"] == "busy")
        stats = await editor.request("workspace/executeCommand", {"command": "routerd.stats", "arguments": []})
        assert stats["actions"] >= 1
        states = [params["state"] for method, params in editor.told if method == "routerd/status"]
        assert states[-1] == "idle"
    assert editor.process.returncode == 0
    assert (await editor.stderr).decode() == ""


async def test_a_proposal_leaves_the_file_alone_and_the_other_actions_go_where_they_belong(
    env: dict[str, str], project: Path
) -> None:
    async with RawEditor(env, project) as editor:
        path = project / "labels.py"
        path.write_text(CODE + TESTED, "utf-8")
        uri = editor.open(path)
        before = editor.texts[uri]
        proposed = await editor.request("routerd/run", request_for(uri, "document", apply=False))
        assert proposed["status"] == "proposed"
        assert proposed["edit"]["documentChanges"][0]["textDocument"] == {"uri": uri, "version": 1}
        assert editor.texts[uri] == before

        tests = await editor.request("routerd/run", asking_tests(uri))
        assert tests["status"] == "applied"
        created = next(each for each in editor.texts if each != uri)
        assert "doubled" in editor.texts[created]
        assert editor.texts[uri] == before

        design = await editor.request("routerd/run", request_for(uri, "design"))
        assert design["status"] == "applied"
        assert "## Purpose" in design["document"]
        assert not [method for method, _ in editor.asked if method == "window/showDocument"], "the asker shows it"

        await editor.request(
            "workspace/executeCommand", {"command": "routerd.run", "arguments": [request_for(uri, "design")]}
        )
        shown = await editor.until("window/showDocument")
        assert shown["uri"].endswith(".md")


async def test_an_edit_that_the_editor_only_claims_to_have_applied_is_proposed(
    env: dict[str, str], project: Path
) -> None:
    async with RawEditor(env, project) as editor:
        uri = editor.open(project / "labels.py")
        editor.handlers["workspace/applyEdit"] = lambda _: {"applied": True}
        outcome = await editor.request("routerd/run", request_for(uri, "document"))
        assert outcome["status"] == "proposed"
        assert "dropped" in outcome["message"]
        assert '+    """Parse' in outcome["document"], "the paid text is kept as a diff"
        assert outcome["edit"] is not None

        editor.handlers["workspace/applyEdit"] = lambda _: {"applied": False, "failureReason": "busy"}
        refused = await editor.request("routerd/run", request_for(uri, "document"))
        assert refused["status"] == "proposed"
        assert "busy" in refused["message"]


@pytest.mark.parametrize("often", [1, 2, 9])
async def test_typing_above_the_target_that_crosses_the_edit_on_its_way_costs_another_try_at_most(
    env: dict[str, str], project: Path, often: int
) -> None:
    async with RawEditor(env, project) as editor:
        uri = editor.open(project / "labels.py")
        before = editor.texts[uri]

        def apply_after_typing(params: Json) -> Json:
            applies = editor.asked.count(("workspace/applyEdit", params))
            assert applies == 1, "each try is for the text as it is by then"
            if sum(method == "workspace/applyEdit" for method, _ in editor.asked) <= often:
                editor.type(uri, 0, "# typed\n")
            return editor.apply(params)

        editor.handlers["workspace/applyEdit"] = apply_after_typing
        outcome = await editor.request("routerd/run", request_for(uri, "document"))
        typed, rest = editor.texts[uri].split('"""', 1)
        if often < 3:
            assert outcome["status"] == "applied", outcome["message"]
            assert (typed, rest.count('"""Parse')) == ("# typed\n" * often, 1)
        else:
            assert outcome["status"] == "proposed"
            assert editor.texts[uri] == "# typed\n" * 3 + before


async def test_an_editor_that_applies_and_never_answers_is_believed_by_its_text(
    env: dict[str, str], project: Path
) -> None:
    async with RawEditor(env, project) as editor:
        uri = editor.open(project / "labels.py")

        def apply_silently(params: Json) -> object:
            editor.apply(params)
            return SILENCE

        editor.handlers["workspace/applyEdit"] = apply_silently
        outcome = await editor.request("routerd/run", request_for(uri, "document"))
        assert outcome["status"] == "applied"
        assert '"""Parse' in editor.texts[uri]


async def test_an_editor_without_versioned_edits_or_new_files_gets_what_it_can_take(
    env: dict[str, str], project: Path
) -> None:
    modest = {**CAPABILITIES, "workspace": {"applyEdit": True}, "window": {}}
    async with RawEditor(env, project, modest) as editor:
        path = project / "labels.py"
        path.write_text(CODE + TESTED, "utf-8")
        uri = editor.open(path)
        await editor.request("workspace/executeCommand", {"command": "routerd.run", "arguments": [asking_tests(uri)]})
        message = (await editor.until("window/showMessage"))["message"]
        assert "cannot create files" in message
        kept = Path(message.partition("The text is in ")[2].rstrip("."))
        assert "+def test_" in kept.read_text("utf-8")
        outcome = await editor.request("routerd/run", request_for(uri, "document"))
        assert outcome["status"] == "applied"
        assert "changes" in editor.asked[0][1]["edit"]
        assert not [method for method, _ in editor.told if method == "$/progress"]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff# 😀\r\ndef read_line(a):\r\n\tif not a:\r\n\t\traise E(a)\r\n"
        '\treturn "😀" * a\r\n\r\ndef even():\r\n\tpass',
        "# form\ffeed \u2028 and \x85 here\ndef read_line(a):\n    if not a:\n        raise E(a)\n"
        '    return "é\u2029" * a\n',
    ],
    ids=["BOM, emoji, CRLF, tabs, no final newline", "form feed and U+2028"],
)
async def test_a_strange_file_keeps_everything_but_what_was_added(
    text: str, env: dict[str, str], project: Path
) -> None:
    (project / "odd.py").write_bytes(text.encode())
    async with RawEditor(env, project) as editor:
        uri = editor.open(project / "odd.py")
        editor.type(uri, 0, "# typed 😀 first\n" if "\r" not in text else "# typed 😀 first\r\n")
        before = editor.texts[uri]
        here = {"line": 2, "character": 5}
        argument = {"action": "document", "uri": uri, "range": {"start": here, "end": here}, "version": 2}
        outcome = await editor.request("routerd/run", argument)
        assert outcome["status"] == "applied", outcome["message"]
        after = editor.texts[uri]
        old, new = before.split("\n"), after.split("\n")
        assert len(new) > len(old)
        kept = iter(new)
        assert all(line in kept for line in old), "every old line stands, in order"
        if "\r" in text:
            assert after.replace("\r\n", "").count("\n") == 0, "only CRLF ends a line"


async def test_bad_input_is_answered_with_a_sentence_and_the_daemon_lives_on(
    env: dict[str, str], project: Path
) -> None:
    async with RawEditor(env, project) as editor:
        uri = editor.open(project / "labels.py")
        nowhere = (project / "nowhere.py").as_uri()
        for argument, said in (
            (request_for(uri, "polish"), "no action 'polish'; there are document"),
            (request_for(uri, "document", tier="mega"), "no tier 'mega'; there are"),
            (request_for(uri, "document", model="gpt"), "'gpt' is not provider/model"),
            (request_for(nowhere, "document"), "neither open in the editor nor a readable file"),
            ({"action": "document"}, "at least"),
            (None, "at least"),
        ):
            with pytest.raises(RefusedError, match=said):
                await editor.request("routerd/run", argument)
            with pytest.raises(RefusedError, match=said):
                await editor.request(
                    "workspace/executeCommand",
                    {"command": "routerd.run", "arguments": [] if argument is None else [argument]},
                )
        with pytest.raises(RefusedError, match="no command 'routerd"):
            await editor.request("workspace/executeCommand", {"command": "routerd.fly"})
        with pytest.raises(RefusedError) as unknown:
            await editor.request("routerd/unknown", {})
        assert unknown.value.code == -32601
        with pytest.raises(RefusedError) as misshapen:
            await editor.request("textDocument/hover", {"textDocument": 1})
        assert misshapen.value.code == -32602
        editor.notify("textDocument/didChange", {"nonsense": True})
        editor.notify("textDocument/didClose", {"textDocument": {"uri": nowhere}})
        assert await editor.request("textDocument/hover", at(nowhere, NAME)) is None
        assert await editor.request("textDocument/hover", at(uri, {"line": 999, "character": 9})) is None
        assert await editor.request("textDocument/hover", at(uri, NAME))


async def test_a_broken_configuration_is_said_once_and_can_be_fixed_without_a_restart(
    env: dict[str, str], project: Path
) -> None:
    config = Path(env["HOME"]) / "mine.toml"
    config.write_text("[tiers\n", "utf-8")
    async with RawEditor({**env, "ROUTERD_CONFIG": str(config)}, project) as editor:
        uri = editor.open(project / "labels.py")
        message = (await editor.until("window/showMessage"))["message"]
        assert "mine.toml" in message
        config.write_text('[routing]\noffline = "when-unconfigured"\n', "utf-8")
        answer = await editor.request("workspace/executeCommand", {"command": "routerd.reload"})
        assert answer == {"problems": []}
        outcome = await editor.request("routerd/run", request_for(uri, "document"))
        assert outcome["status"] == "applied"


async def test_lenses_are_off_until_asked_for_and_priced_when_they_come_into_view(
    env: dict[str, str], project: Path
) -> None:
    wants = {**CAPABILITIES, "workspace": {**CAPABILITIES["workspace"], "configuration": True}}
    async with RawEditor(env, project, wants) as editor:
        uri = editor.open(project / "labels.py")
        asked = {"textDocument": {"uri": uri}}
        assert await editor.request("textDocument/codeLens", asked) == []
        editor.handlers["workspace/configuration"] = lambda _: [{"code_lens": True}]
        editor.notify("workspace/didChangeConfiguration", {"settings": None})
        async with asyncio.timeout(20):
            while not (lenses := await editor.request("textDocument/codeLens", asked)):
                await asyncio.sleep(0.05)
        assert [lens["range"]["start"]["line"] for lens in lenses] == [3, 13], "what has no documentation"
        whole = await editor.request("codeLens/resolve", lenses[0])
        assert whole["command"]["title"].startswith("Document `parse_header` · utility → ")
        assert whole["command"]["command"] == "routerd.run"
