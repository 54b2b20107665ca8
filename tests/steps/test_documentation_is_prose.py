"""Documentation is accepted because it is prose about its symbol, however the reply holds it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from routerd.domain.prompt import Question
from routerd.domain.verdict import Rejected
from routerd.steps.read.not_documentation import not_documentation
from tests.golden.case import FOLDER, GRAMMAR, change_of, load, question_of
from tests.real.real_comments import comments, standard_folders
from tests.real.unusable_replies import LATER_MENDED_AFTER, MENDED_AFTER, WRITTEN_FROM, replies

_SOURCES = {
    "python": "def load(path):\n    with open(path) as file:\n        return file.read()\n",
    "typescript": "export function load(path: string) {\n  return read(path);\n}\n",
    "go": "package a\n\nfunc load(path string) string {\n\treturn read(path)\n}\n",
    "rust": "fn load(path: &str) -> String {\n    read(path)\n}\n",
    "java": "class A {\n    String load(String path) {\n        return read(path);\n    }\n}\n",
    "ruby": "def load(path)\n  read(path)\nend\n",
    "csharp": "class A {\n    string load(string path) {\n        return Read(path);\n    }\n}\n",
    "cpp": "int load(int path) {\n    return read(path);\n}\n",
}
_FORMS = ("{}", '<doc name="load">\n{}\n</doc>', "```\n{}\n```")


def _after(language: str, reply: str, source: str = "", target: str = "", again: bool = False) -> str:
    """The file after a reply, or in brackets why it is refused."""
    case = load(next((FOLDER / "document").glob("*/*.txt")))
    wishes = {"target": target or ("A.load" if language in ("java", "csharp") else "load")}
    wishes |= {"replace": "yes"} if again else {}
    case = replace(
        case,
        path=FOLDER / "document" / language / "x.txt",
        before=source or _SOURCES[language],
        others={},
        existing=None,
        options=wishes,
    )
    question = question_of(case)
    assert isinstance(question, Question)
    change = change_of(case, question, reply)
    return f"({change.reason})" if isinstance(change, Rejected) else change.files[0].after.string


@pytest.mark.parametrize("kinds", [WRITTEN_FROM, MENDED_AFTER, LATER_MENDED_AFTER], ids=["written", "mended", "later"])
@pytest.mark.parametrize("form", _FORMS, ids=["bare", "block", "fence"])
def test_unusable_replies_are_not_written(kinds: dict[str, tuple[str, ...]], form: str) -> None:
    tried = replies(kinds)
    languages = list(_SOURCES)
    accepted = [
        (kind, reply)
        for at, (kind, reply) in enumerate(tried)
        if not _after(languages[at % len(languages)], form.format(reply)).startswith("(")
    ]
    assert len(accepted) <= 0.03 * len(tried), accepted


def test_comments_of_real_projects_are_not_refused() -> None:
    """Without comments of one word, those that hold nothing but a mark for tools, and notes of work to be done."""
    found = [
        (language, about.replace(words, ""), words)
        for language, about, words in comments(standard_folders(), 150)
        if len(re.findall(r"\w+", words)) > 1 and not re.fullmatch(r"[@\\]\w+[^\n]*|(?:TODO|FIXME|XXX)\b[\s\S]*", words)
    ]
    refused = [words[:80] for language, about, words in found if not_documentation(words, about, language, GRAMMAR)]
    assert len(found) >= 250
    assert len(refused) <= 0.02 * len(found), refused


@pytest.mark.parametrize(
    "words",
    [
        "Load a file.",
        "加载文件。",
        "读取路径指定的文件并返回其内容",
        "ファイルを読み込みます。",
        "파일을 읽어 내용을 반환한다.",
        "Загружает файл и возвращает его содержимое.",
        "يقرأ الملف ويعيد محتواه.",
        "Lädt eine Datei und gibt ihren Inhalt zurück.",
        "Charge un fichier et renvoie son contenu.",
        "Carga un archivo y devuelve su contenido.",
        "Carrega um ficheiro e devolve o conteúdo.",
        "Wczytuje plik i zwraca jego zawartość.",
        "Φορτώνει ένα αρχείο.",
        "Return path.",
        "returns the content of the file",
        "Load a file.\n\n    load('a.txt')",
        "Load a file.\n\nArgs:\n    path: Where it is.",
        "<think>What is it?</think>\nLoad a file.",
        "Load a file.\n\n```python\nload('a.txt')\n```",
        "Load a file, for example:\n\n```python\nclass Reader:\n    pass\n\nload(Reader.path)\n```",
    ],
)
@pytest.mark.parametrize("language", ["python", "typescript", "go"])
def test_honest_words_are_written(words: str, language: str) -> None:
    after = _after(language, words)
    assert not after.startswith("("), after
    wanted = re.sub(r"<think>.*</think>\n", "", words).split("\n")[0]
    assert wanted in after
    assert ("load('a.txt')" in after) == ("load('a.txt')" in words)


def test_bare_xml_documentation_of_csharp_is_written() -> None:
    words = '<summary>\nLoad a file.\n</summary>\n<param name="path">Where it is.</param>'
    assert '/// <param name="path">Where it is.</param>' in _after("csharp", words)


@pytest.mark.parametrize(
    ("language", "order"),
    [
        ("typescript", "// @ts-expect-error legacy"),
        ("typescript", "// @ts-ignore"),
        ("typescript", "// eslint-disable-next-line complexity"),
        ("typescript", "// deno-lint-ignore no-explicit-any"),
        ("typescript", "/* c8 ignore next */"),
        ("cpp", "// NOLINTNEXTLINE(readability)"),
        ("java", "//noinspection unchecked"),
        ("csharp", "// ReSharper disable once UnusedMember"),
    ],
)
def test_documentation_stands_above_an_order_to_a_tool(language: str, order: str) -> None:
    lines = _SOURCES[language].split("\n")
    at = next(number for number, line in enumerate(lines) if "load(" in line)
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    source = "\n".join([*lines[:at], indent + order, *lines[at:]])
    after = _after(language, "Load a file.", source)
    assert f"{indent}{order}\n{lines[at]}" in after
    assert after.index("Load a file.") < after.index(order)


@pytest.mark.parametrize("tag", ["@internal", "@deprecated Use read.", "@template T", "@type {import('x').Config}"])
def test_a_rewrite_keeps_the_tags_that_compilers_read(tag: str) -> None:
    source = f"/** Old words here. {''}\n * {tag}\n */\n" + _SOURCES["typescript"]
    after = _after("typescript", '<doc name="load">\nLoad a file.\n</doc>', source, again=True)
    assert "Load a file." in after
    assert f" * {tag}\n" in after
    alone = _after(
        "typescript", '<doc name="load">\nLoad a file.\n</doc>', f"/** {tag} */\n" + _SOURCES["typescript"], again=True
    )
    assert tag in alone


@pytest.mark.parametrize(
    ("language", "command"),
    [
        ("typescript", "@__NO_SIDE_EFFECTS__"),
        ("typescript", "#__PURE__"),
        ("typescript", "@jsxImportSource evil"),
        ("typescript", "@JSX-import_source evil"),
        ("typescript", "@jest-environment ./evil.js"),
        ("typescript", "@vitest-environment x"),
        ("typescript", "# sourceMappingURL=x"),
        ("typescript", "@unheard-of x"),
        ("ruby", "-*- frozen-string-literal: true -*-"),
        ("ruby", "Frozen_String-Literal: true"),
        ("java", "@unknownTool x"),
        ("cpp", "@ts-nocheck"),
    ],
)
def test_documentation_holds_no_command_to_a_tool(language: str, command: str) -> None:
    assert "command to a tool" in _after(language, f"Load a file.\n{command}")


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\u2066", "\U000e0041", "\x1b", "\x9b", "\u2028", "\u00ad"])
@pytest.mark.parametrize("language", list(_SOURCES))
def test_documentation_holds_no_hidden_character(sign: str, language: str) -> None:
    assert "hidden character" in _after(language, f"Load a {sign}file.")


def test_joiners_and_emoji_are_not_hidden() -> None:
    assert "می‌خواند" in _after("python", "پرونده را می‌خواند.")
