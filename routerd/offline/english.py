"""English words in identifiers: verbs, prepositions, acronyms and abbreviations."""

from __future__ import annotations


def word_set(words: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(words.split())


_ACRONYMS = word_set(
    """
    JSON XML HTML CSV YAML TOML URL URI HTTP HTTPS API ID SQL UTF ASCII CPU GPU IO IP TCP UDP DNS SSL TLS
    UUID PDF RGB AST CLI GUI SSH FTP OS DB UTC ISO MD5 SHA LSP CSS DOM JWT UI
    """
)
WRITTEN = {
    **{word.lower(): word for word in _ACRONYMS}, "arg": "argument", "args": "arguments",
    "cfg": "configuration", "conf": "configuration", "ctx": "context", "curr": "current",
    "dict": "dictionary", "dir": "directory", "dst": "destination", "env": "environment", "err": "error",
    "exc": "exception", "fn": "function", "func": "function", "idx": "index", "init": "initial",
    "ipv4": "IPv4", "ipv6": "IPv6",
    "len": "length", "max": "maximum", "min": "minimum", "msg": "message", "num": "number", "obj": "object",
    "param": "parameter", "params": "parameters", "prev": "previous", "req": "request", "resp": "response",
    "src": "source", "str": "string", "tmp": "temporary", "val": "value", "vals": "values",
    "kwargs": "keywords",
}  # fmt: skip
"""Acronyms keep their capitals; abbreviations that mean one thing everywhere are written out."""

VERBS = word_set(
    """
    abort accept acquire activate add adjust advance align allocate allow analyse analyze append apply
    archive ask assemble assert assign attach await backup batch begin bind block book boot break
    broadcast browse build bump cache calculate call cancel capture cast change check choose clamp
    classify clean cleanup clear clip clone close collapse collect combine commit compact compare compile
    complete compose compress compute concatenate configure confirm connect construct consume convert copy
    count crawl create crop cut debug decide declare decode decompress decorate decrease decrement decrypt
    deduplicate define delay delete deliver deploy deregister derive describe deserialize destroy detach
    detect determine diff disable discard disconnect discover dispatch display dispose divide download
    draw drop dump duplicate echo edit emit empty enable encode encrypt end enqueue ensure enter enumerate
    erase escape estimate evaluate examine exclude execute exit expand expect expire explain export expose
    extend extract fail feed fetch fill filter finalize find finish fire fit fix flatten flip flush fold
    follow force forget fork format forward free freeze generate get give go grab grant grep group grow
    guess handle hash hide highlight identify ignore import include increase increment indent infer
    inherit initialize inject insert inspect install instantiate interpolate intersect invalidate invert
    invoke issue iterate join keep kill launch lay leave lex limit link lint list listen load locate
    lock log login logout look lookup lower make map mark mask match measure merge migrate modify monitor
    mount move multiply negate normalise normalize notify observe obtain offer omit open optimise optimize
    order organize overwrite pack pad paint parse partition paste patch pause peek perform persist pick
    ping place play poll pop populate post prefetch prepare prepend preprocess present preserve prevent
    print process produce prompt propagate provide prune publish pull purge push put query queue quit
    quote raise randomize rank read rebuild recalculate receive reconnect record recover recurse redirect
    reduce refresh register reject release reload remove rename render reopen reorder repeat replace
    replay reply report request require reserve reset reshape resize resolve restart restore resume retain
    retrieve retry return reverse revert rewind rewrite roll rotate round route run sample sanitize save
    scale scan schedule score scroll seal search seek select send separate serialize serve set setup shift
    show shrink shuffle shut shutdown sign simplify simulate skip slice sleep smooth snap solve sort spawn
    split spread stack start stop store stream strip submit subscribe substitute subtract suggest
    summarize suspend swap switch sync synchronize tail take teardown tell terminate test throttle throw
    toggle tokenize touch trace track train transfer transform translate transpose traverse trigger trim
    truncate try tune unbind undo unescape uninstall unlink unload unlock unpack unquote unregister unset
    unsubscribe unwrap unzip update upgrade upload use validate verify view visit wait wake walk warn wash
    watch wrap write yield zip zoom
    """
)
PREPOSITIONS = word_set(
    """
    about above after against around as at before below between by during for from in inside into like of
    off on onto out over per since than through to under until upon using via when where while with within
    without
    """
)
BARE = word_set(
    """
    JSON XML HTML CSV YAML TOML SQL HTTP ASCII UTC bytes text data code input output all any both each every no some
    it self this that these those not
    """
)
"""Words that begin or end a phrase without an article."""
