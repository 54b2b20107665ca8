"""Conventions: how the project documents, tests and imports, found in its files."""

from __future__ import annotations

from routerd.domain.action import Target
from routerd.domain.document import Document
from routerd.domain.project import Project
from routerd.domain.prompt import Conventions
from routerd.steps.conventions.doc_style import doc_style
from routerd.steps.conventions.import_name import import_name
from routerd.steps.conventions.test_home import framework, home_of_tests


def conventions(document: Document, target: Target, project: Project) -> Conventions:
    """The project's conventions for this document; the pipeline reads the test file and adds it later."""
    path = project.relative(document.uri)
    return Conventions(
        path=path,
        root=project.root or document.uri.rpartition("/")[0],
        doc_style=doc_style(document, target.outline),
        test_framework=framework(document.language, project),
        test_path=home_of_tests(path, document.language, project),
        import_name=import_name(path, document.language, project),
    )


__all__ = ["conventions"]
