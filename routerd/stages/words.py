"""Finds a human's own words in what was typed or pasted; it never judges what they ask for.

Only these words are classified, so that a pasted file, a licence, a stack trace, a plea or a "think
step by step" cannot buy a dearer model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from routerd.domain.classification import Signal


def _any(*patterns: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile("|".join(patterns), flags)


def _noise(*patterns: str) -> re.Pattern[str]:
    """Any of these phrases as whole words, with the sign that ends it."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})(?!\w)[.,:!]*", re.IGNORECASE)


_FENCE = re.compile(r"(?ms)^[ \t]*(```|~~~).*?(?:^[ \t]*\1[ \t]*$|\Z)|<(code|pre)>.*?</\2>")
_TRACE = _any(
    r'\s*Traceback \(most|\s*File "[^"]+", line \d+|\s*at [\w.$<>\[\]/ ]+\(.*\)\s*$|\s*at \S+:\d+',
    r"goroutine \d+|panic: |Caused by: |Exception in thread|thread '.*' panicked",
    r"Segmentation fault|Call trace:",
    r"(?:Uncaught )?(?:[a-z_]\w*\.)*[A-Z]\w*(?:Error|Exception)(?:: |$)|error\[E\d+\]|\s*--> \S+:\d+",
    r"#\d+ +(?:0x)?\w+.*\(|==\d+==\s?ERROR|WARNING: ThreadSanitizer|fatal error: all",
)
_LOG = _any(
    r"\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\[?\d\d:\d\d:\d\d\b",
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d+ \d\d:",
    r"\[?(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\b[\]: ]|\d{1,3}(?:\.\d{1,3}){3} \S+ \S+ \[",
)
_CODE = _any(
    r"\s*import (?:.* from .*|[\w.*{}]+;?)$|from [\w.]+ import .*|(?:using|package|require) [\w.'\"/]+;?$",
    r"#(?:include|define|ifn?def|if|endif|pragma)\b|\s*(?:async )?(?:def|fn|func|function|sub) \w*\s*[(<].*",
    r"\s*(?:export |public |abstract |final )*(?:class|struct|enum|interface|trait|impl) \w+.*[:({]\s*$",
    r"\s*(?:public|private|protected|static|final|const|let|var|val|int|void|char|double|float|pub) .*[=;({]",
    r"\s*(?:(?:if|for|while|switch|catch)\s*\(|for \w+(?:, \w+)* in .*:$|(?:else|try|finally|do)\s*[:{]\s*$)",
    r"\s*(?:if|elif|while) \S+ (?:[=!<>]=?|in |is |not ).*:$",
    r"\s*return(?: \w+$|\b.*[;()\[\]{}=])|\s*(?:break|continue|pass);?$",
    r"\s*@\w+(?:\(.*\))?$|\s*<[/!?]?\w[^>]*>",
    r"\s*(?:SELECT .*FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE)\b",
    r"\s*[\w.\[\]\"']+ *(?:=|:=|\+=|-=) *\S|\s*[\w.]+\(.*\);?$",
    r"\s*[}\])]+[;,)]*$|.*[;{]\s*$|\$ \w+|diff --git ",
)
_DIFF = re.compile(r"@@ -\d|diff --git |\+\+\+ \S|--- \S+/")
_CODE_COMPANION = re.compile(r"\s*(?:#|//|/\*|\*|--|\"\"\"|''|<!--)|(?:    |\t)\S")
_LICENCE = _any(
    r"copyright|licen[cs]e|spdx|all rights reserved|warrant(?:y|ies)",
    r"hereby granted|redistribut|as is\b|liab(?:le|ility)",
    flags=re.IGNORECASE,
)
_LEADER = re.compile(r"^\s*(?:(?:#+|//+|/\*+|\*+/?|--|<!--|>+|[-+•])\s+|(?:-->|\*/)\s*$)?")
_SYMBOLS = re.compile(r"[(){}\[\];=<>|&\\/_$@^%+*]")
_FEW_SYMBOLS = 3  # with fewer signs than this, a line is prose whatever their share
_SYMBOL_SHARE = 0.16  # of a line; prose that names paths and calls stays below (seen on tests/bench/routing)
_WORD = re.compile(r"[^\W\d_]{2}|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_ORPHANS = " ,;:"  # what noise leaves behind at the ends
_FIRST, _LAST = 90, 30  # words; the wish stands at the beginning or the end, what lies between is material
_SEVERAL = 3  # files; no wish about a single place names as many

_ROLE = (
    r"an? (?:[\w+#-]+ ){0,4}"
    r"(?:engineer|developer|programmer|architect|coder|expert|specialist|guru|scientist|cto)"
)
_START = r"(?:^|(?<=[.!?:] ))"
_NOISE = (
    # what is said, and words without one of which it cannot be said, which is much faster to see
    (
        ("think", "reason", "step", "breath", "time", "double", "lazy", "schritt", "étape", "paso"),
        _noise(
            r"(?:let'?s |let us )?(?:think|reason)"
            r"(?: (?:very|really|it|this|about|through|out|hard|deeply|carefully|and))*"
            r" (?:step[ -]by[ -]step|hard|deeply|carefully|thoroughly)"
            r"(?: and carefully| about every \w+| before (?:you )?\w+)?",
            r"step[ -]by[ -]step|take a deep breath(?: and)?|take your time(?: and)?",
            r"double[ -]check (?:everything|your \w+)|(?:do not|don'?t) be lazy",
            r"schritt für schritt|étape par étape|paso a paso",
        ),
    ),
    (
        ("important", "wichtig", "critical", "urgent", "crucial", "vital", "life", "asap", "love", "depend"),
        _noise(
            r"(?:this|it|that)(?:'s| is| was) "
            r"(?:(?:very|super|extremely|really|absolutely|highly|the most|so|truly) )*"
            r"(?:important|critical|urgent|crucial|vital|life (?:and|or) death)"
            r"(?: (?:task|for|to|of|in) [^.,:!?]{0,40})?",
            r"(?:very |super |production )?(?:urgent(?:ly)?|critical)\s*[!:,]+|asap|for the love of god",
            r"(?:lives|(?:my|our) (?:job|career|life|company|startup)) depends? on (?:it|this)",
            r"das ist (?:sehr|extrem) wichtig",
            r"es muy (?:importante|urgente)|c'est (?:très )?(?:important|urgent)",
        ),
    ),
    (
        ("beg", "tip", "pay", "best", "genius"),
        _noise(
            r"i(?:'m| am)? (?:begging|beg) you(?: to)?|i(?:'ll| will) (?:tip|pay) you [^.:,!]{0,40}",
            r"you(?:'re| are) (?:the best|a genius)[^.:,!]{0,40}",
        ),
    ),
    (
        ("you are", "act ", "as a"),
        _noise(
            _START + "you are " + _ROLE + r"(?: (?:in|with|of|at|on) [^.:]{0,60})?[.:]",
            _START + "(?:i want you to )?act (?:as|like) " + _ROLE + r"\s?(?:and\b|[:.,])",
            _START + "as " + _ROLE + ",",
        ),
    ),
    (
        ("you", "trouble", "i'd", "i would", "thank", "thx", "ty", "regards", "cheers"),
        _noise(
            r"(?:could|can|would|will|might) you"
            r"(?: please| kindly| be so (?:kind|good)(?: as)? to| be kind enough to)*",
            r"if (?:it isn'?t|it'?s not) too much trouble,?|i hope you(?:'re| are) (?:well|doing well)",
            r"i(?:'d| would) (?:really )?(?:appreciate it|be (?:very |most )?(?:grateful|thankful))"
            r"(?: enormously| very much| a lot)?(?: if)?",
            r"when you have a moment|thank you(?: (?:so|very) much| kindly)?(?: in advance)?",
            r"(?:many )?thanks(?: a lot| so much| in advance)*|(?:kind|best) regards|cheers|thx|ty",
        ),
    ),
    (
        ("please", "pls", "plz", "kindly", "bitte", "svp", "stp", "favor", "пожалуйста", "pla"),
        _noise(
            r"please|pls|plz|kindly|bitte|svp|stp|por favor|per favore|пожалуйста",
            r"s'il (?:te|vous) pla[iî]t",
        ),
    ),
    (
        ("h", "yo", "good "),
        re.compile(
            r"^\s*(?:hi|hello|hey|hiya|yo|good (?:morning|afternoon|evening|day)|hallo|bonjour|hola)"
            r"(?: there| all| team| everyone)?\b[,.!]*",
            re.IGNORECASE,
        ),
    ),
    (("!!", "??", "!?", "?!"), re.compile(r"[!?]{2,}")),
)

_WHOLE = re.compile(
    r"(?<!\w)(?:"
    r"(?:whole|entire|complete|all (?:of )?(?:our|the|my)) (?:[\w-]+ )?"
    r"(?:project|code ?base|repo(?:sitory)?|app(?:lication)?|system|monorepo|services|modules|files)\b"
    r"|@(?:codebase|workspace)\b|across (?:all|the (?:whole|entire)|every|several|multiple)\b"
    r"|in every (?:module|service|file|package)\b"
    r"|(?:ganze[ns]?|gesamte[ns]?|tout le|todo el|intero|весь) (?:projekt|projet|proyecto|progetto|проект)\b)"
)
_PATH = re.compile(
    r"(?<![@\w./-])[@\w./-]*\w\."
    r"(?:py|jsx?|tsx?|go|rs|java|kt|cc|cpp|c|hpp|h|cs|rb|php|swift|sql|vue|html|css|ya?ml|toml|json|md)\b"
)
_CONCURRENT = _any(
    r"\b(?:threads?|threading|locks?|mutex(?:es)?|semaphores?|concurren\w+|parallel|simultaneous\w*|race",
    r"goroutines?",
    r"workers?|consumers?|replicas?|cluster|nodes|processes|event loop|async\w*|deadlocks?|shutdown",
    r"under (?:heavy )?load|at the same time",
    r"nebenläufig\w*|gleichzeitig|unter last|sperren?|interblocage|verrous?|sous (?:forte )?charge|en parallèle",
    r"hilos|bajo carga|a la vez|em paralelo|sotto carico|потоки?|под нагрузкой|одновременно)\b",
    "并发|线程|死锁|並行|スレッド|負荷|デッドロック|동시|스레드|교착",
)
_FAILING = _any(
    r"\b(?:deadlock\w*|hangs?|hung|freez\w+|frozen|stuck|stalls?|blocked|corrupt\w*|lost|los[et]s?|twice",
    r"duplicat\w+",
    r"sometimes|sporadic\w*|intermittent\w*|random(?:ly)?|rarely|occasionally|once (?:a|in)|flaky",
    r"leaks?|crash\w*",
    r"race conditions?|data race|starv\w+|out of order|wait(?:s|ing)? for(?:ever| each)",
    r"hängen|hängt|sporadisch\w*|manchmal|verschwind\w+|parfois|fuites?|bloqu\w+|plante\w*",
    r"colgad\w+|se cuelgan?|a veces|às vezes|trava\w*|a volte|иногда|зависа\w+|теря\w+)\b",
    "死锁|偶尔|有时|丢失|卡住|たまに|時々|固まる|デッドロック|가끔|멈춤|교착",
)


@dataclass(frozen=True, slots=True)
class OwnWords:
    """The human's own words on one line, and the signals beside them."""

    text: str
    signals: tuple[Signal, ...]


def own_words(text: str) -> OwnWords:
    """The words of `text` that a human wrote to say what is wanted; the whole text where none stand out."""
    without_fences = _FENCE.sub("\n", text)
    lines = without_fences.splitlines()
    pasted = _pasted(lines)
    traced = any(_TRACE.match(line) for line in text.splitlines()[1:])
    kept = _flat(line for line, machine in zip(lines, pasted, strict=True) if not machine)
    if not _has_words(kept):
        kept = _flat(lines) if _has_words(without_fences) else _flat(text.splitlines())
    wish = _plain(kept)
    signals = _signals(wish, traced)
    return OwnWords(f"{wish} [stack trace]" if traced else wish, signals)


def _signals(wish: str, traced: bool) -> tuple[Signal, ...]:
    found = []
    if traced:
        found.append(Signal.STACK_TRACE)
    lower = wish.lower()
    if _WHOLE.search(lower) or (wish.count(".") >= _SEVERAL and len(set(_PATH.findall(wish))) >= _SEVERAL):
        found.append(Signal.MANY_FILES)
    if _CONCURRENT.search(lower) and _FAILING.search(lower):
        found.append(Signal.CONCURRENCY)
    return tuple(found)


def _pasted(lines: list[str]) -> list[bool]:
    """For each line, whether it is pasted machine text rather than words."""
    if len(lines) == 1:
        return [False]
    diff = any(_DIFF.match(line) for line in lines)
    machine = [_is_machine(line) or (diff and line[:1] in "+-@") for line in lines]
    _spread_to_comments(lines, machine)
    for index in _licence(lines):
        machine[index] = True
    return machine


def _is_machine(line: str) -> bool:
    if not line.strip():
        return False
    if _TRACE.match(line) or _LOG.match(line) or _CODE.match(line):
        return True
    symbols = len(_SYMBOLS.findall(line))
    return symbols >= _FEW_SYMBOLS and symbols > _SYMBOL_SHARE * len(line.strip())


def _spread_to_comments(lines: list[str], machine: list[bool]) -> None:
    """A comment or an indented line that touches code is part of it, in both directions."""
    last = len(lines) - 1
    for order, before in ((range(1, last + 1), -1), (range(last - 1, -1, -1), 1)):
        for i in order:
            if machine[i + before] and _CODE_COMPANION.match(lines[i]):
                machine[i] = True


def _licence(lines: list[str]) -> list[int]:
    """The lines of each paragraph that speaks of copyright or licence terms."""
    found: list[int] = []
    paragraph: list[int] = []
    for index, line in enumerate([*lines, ""]):
        if line.strip(" \t#*/;-<>!"):
            paragraph.append(index)
            continue
        speaking = sum(_LICENCE.search(lines[i]) is not None for i in paragraph)
        if speaking > 1 or (paragraph and speaking == len(paragraph)):
            found += paragraph
        paragraph = []
    return found


def _flat(lines: Iterable[str]) -> str:
    return " ".join(_LEADER.sub("", line).strip() for line in lines if line.strip())


def _plain(text: str) -> str:
    """Without pleading, politeness, haste and flattery, and no longer than a wish is."""
    wish = text
    lower = text.lower()
    for hints, phrases in _NOISE:
        if any(hint in lower for hint in hints):
            wish = phrases.sub(" ", wish)
    words = (wish if _has_words(wish) else text).split()
    if len(words) > _FIRST + _LAST:
        words = words[:_FIRST] + words[-_LAST:]
    return " ".join(words).lstrip(_ORPHANS + ".!").rstrip(_ORPHANS)


def _has_words(text: str) -> bool:
    return _WORD.search(text) is not None
