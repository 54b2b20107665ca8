"""The tags of documentation: which a line may begin with, and which compilers act on; no language by itself."""

from __future__ import annotations

JSDOC_TAGS = frozenset(
    (
        *("abstract", "access", "alias", "alpha", "api", "arg", "argument", "async", "augments", "author", "auto"),
        *("beta", "borrows", "callback", "category", "class", "classdesc", "const", "constant", "constructor"),
        *("constructs", "copyright", "decorator", "default", "defaultValue", "deprecated", "desc", "description"),
        *("enum", "event", "eventProperty", "example", "exception", "experimental", "export", "exports", "extends"),
        *("external", "field", "file", "fileoverview", "fires", "fixme", "func", "function", "generator", "global"),
        *("group", "hidden", "hideconstructor", "ignore", "implements", "import", "inheritDoc", "inheritdoc"),
        *("inner", "instance", "interface", "internal", "kind", "label", "lends", "link", "listens", "member"),
        *("memberof", "method", "mixes", "mixin", "module", "name", "namespace", "noInheritDoc", "nocollapse"),
        *("note", "overload", "override", "overview", "package", "packageDocumentation", "param", "parameter"),
        *("params", "private", "privateRemarks", "prop", "property", "protected", "public", "readonly", "remark"),
        *("remarks", "required", "requires", "return", "returns", "satisfies", "sealed", "see", "since", "static"),
        *("summary", "template", "this", "throws", "todo", "tutorial", "type", "typeParam", "typedef", "typeparam"),
        *("var", "variation", "version", "virtual", "warning", "yield", "yields"),
    )
)
"""The block tags of JSDoc, TSDoc, TypeDoc and Closure."""
JAVADOC_TAGS = frozenset(
    (
        *("apiNote", "author", "code", "constructor", "deprecated", "docRoot", "exception", "hidden", "implNote"),
        *("implSpec", "index", "inheritDoc", "link", "linkplain", "literal", "param", "property", "provides"),
        *("receiver", "return", "sample", "see", "serial", "serialData", "serialField", "since", "snippet", "spec"),
        *("summary", "systemProperty", "throws", "uses", "value", "version"),
    )
)
"""The tags of Javadoc and KDoc; ``@suppress`` is a command to Dokka."""
DOXYGEN_TAGS = frozenset(
    (
        *("a", "addtogroup", "apiNote", "arg", "attention", "author", "authors", "b", "brief", "bug", "c", "class"),
        *("code", "constructor", "copydoc", "date", "def", "defgroup", "deprecated", "details", "docRoot", "draft"),
        *("e", "em", "endcode", "endlink", "endverbatim", "enum", "example", "exception", "file", "fn", "hidden"),
        *("hideinitializer", "implNote", "implSpec", "index", "ingroup", "inheritDoc", "internal", "invariant"),
        *("li", "link", "linkplain", "literal", "mainpage", "n", "name", "namespace", "note", "obsolete"),
        *("overload", "p", "page", "par", "param", "post", "pre", "property", "provides", "receiver", "ref"),
        *("related", "relates", "remark", "remarks", "result", "ret", "return", "returns", "retval", "sa"),
        *("sample", "section", "see", "serial", "serialData", "serialField", "short", "since", "snippet", "spec"),
        *("stable", "struct", "subpage", "subsection", "summary", "system", "systemProperty", "test", "throw"),
        *("throws", "todo", "tparam", "typedef", "union", "uses", "value", "var", "verbatim", "version", "warning"),
        *("weakgroup",),
    )
)
"""Doxygen's, which knows Javadoc's too."""
YARD_TAGS = frozenset(
    (
        *("abstract", "api", "attr", "attr_reader", "attr_writer", "author", "deprecated", "example", "note"),
        *("option", "overload", "param", "private", "raise", "return", "see", "since", "todo", "version", "yield"),
        *("yieldparam", "yieldreturn"),
    )
)
PHPDOC_TAGS = frozenset(
    (
        *("annotations", "api", "author", "category", "copyright", "covers", "deprecated", "example", "extends"),
        *("filesource", "final", "global", "ignore", "implements", "inheritDoc", "inheritdoc", "internal", "link"),
        *("method", "mixin", "package", "param", "property", "property-read", "property-write", "readonly"),
        *("return", "see", "since", "static", "subpackage", "template", "throws", "todo", "type", "use", "used-by"),
        *("uses", "var", "version"),
    )
)
"""``annotations``: a tag with a capital is read by programs, so it is none of documentation's own."""
LUALS_TAGS = frozenset(
    (
        *("alias", "async", "author", "brief", "cast", "class", "comment", "copyright", "deprecated", "enum"),
        *("example", "field", "function", "generic", "inlinedoc", "local", "meta", "mod", "module", "nodiscard"),
        *("nodoc", "note", "operator", "overload", "package", "param", "private", "protected", "raise", "release"),
        *("return", "see", "since", "source", "tag", "text", "toc", "tparam", "treturn", "type", "usage", "vararg"),
        *("version", "within"),
    )
)
JS_KEPT = (
    *(
        "internal",
        "alpha",
        "beta",
        "deprecated",
        "template",
        "typedef",
        "callback",
        "type",
        "satisfies",
        "enum",
        "overload",
    ),
    *("import", "implements", "extends", "augments", "override", "readonly", "private", "protected", "public", "this"),
    *("license", "preserve", "suppress", "constructor", "hidden", "packageDocumentation", "property", "prop"),
)
"""Tags that compilers and bundlers of declarations act on: what is written above a declaration may not lose them."""
PHP_KEPT = (
    *(
        "template",
        "extends",
        "implements",
        "mixin",
        "method",
        "property",
        "property-read",
        "property-write",
        "internal",
    ),
    *(
        "deprecated",
        "var",
        "final",
        "readonly",
        "covers",
        "dataProvider",
        "depends",
        "group",
        "test",
        "before",
        "after",
    ),
    *("psalm-*", "phpstan-*", "A-Z*"),
)
"""A ``*`` stands for any end, ``A-Z`` for any capital: a tag with one is an annotation, which programs read."""
