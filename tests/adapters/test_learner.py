"""Files that a plan reads are taken into the index, so that none is parsed twice; an index that was cut off goes on."""

from __future__ import annotations

from pathlib import Path

from routerd.adapters.grammar import TreeSitterGrammar
from routerd.adapters.workspace import Indices, Workspace
from routerd.domain.document import Document
from routerd.domain.symbol import Outline


class CountingGrammar(TreeSitterGrammar):
    """Counts what the index outlines itself."""

    def __init__(self) -> None:
        super().__init__()
        self.outlined: list[str] = []

    def outline(self, document: Document) -> Outline:
        self.outlined.append(document.uri.rpartition("/")[2])
        return super().outline(document)


def project(tmp_path: Path) -> tuple[Workspace, CountingGrammar, list[str]]:
    (tmp_path / ".git").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.py").write_text(f"import os\n\n\ndef of_{name}():\n    return os\n")
    grammar = CountingGrammar()
    workspace = Workspace(Indices(grammar), [tmp_path])
    return workspace, grammar, [(tmp_path / f"{name}.py").as_uri() for name in ("a", "b", "c")]


def test_what_was_learned_is_not_outlined_again_unless_it_changed(tmp_path: Path) -> None:
    workspace, grammar, uris = project(tmp_path)
    learner, other = workspace.learner(uris[0]), TreeSitterGrammar()
    assert workspace.project(uris[0]).files == ("a.py", "b.py", "c.py"), "listed at once"
    for uri in uris[:2]:
        stamp = learner.stamp(uri)
        document = workspace.read(uri)
        assert document is not None
        learner.learn(document, other.outline(document), stamp)
    assert grammar.outlined == []
    (tmp_path / "b.py").write_text("def changed():\n    return 'and longer than it was before'\n")
    workspace.index(uris[0], lambda: True)
    assert sorted(grammar.outlined) == ["b.py", "c.py"]
    declared = workspace.project(uris[0]).declarations
    assert {"of_a", "of_c", "changed"} <= declared.keys()
    assert "of_b" not in declared


def test_a_file_that_is_not_listed_is_not_learned(tmp_path: Path) -> None:
    workspace, _, uris = project(tmp_path)
    (tmp_path / ".gitignore").write_text("b.py\n")
    learner = workspace.learner(uris[0])
    document = workspace.read(uris[1])
    assert document is not None
    learner.learn(document, TreeSitterGrammar().outline(document), learner.stamp(uris[1]))
    workspace.index(uris[0], lambda: True)
    assert "of_b" not in workspace.project(uris[0]).declarations


def test_an_index_that_was_stopped_is_finished_by_the_next_call(tmp_path: Path) -> None:
    workspace, grammar, uris = project(tmp_path)
    left = iter([True] * 4)
    workspace.index(uris[0], lambda: next(left, False))
    assert len(grammar.outlined) < 3
    workspace.index(uris[0], lambda: True)
    workspace.index(uris[0], lambda: True)
    assert sorted(grammar.outlined) == ["a.py", "b.py", "c.py"], "each once"
