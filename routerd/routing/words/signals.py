"""What a wish says of the size and the kind of the work, beside what it asks for."""

from __future__ import annotations

import re

from routerd.domain.classification import Signal
from routerd.routing.words.patterns import any_of

_SEVERAL = 3  # files; no wish about a single place names as many

_WHOLE = re.compile(
    r"(?<!\w)(?:"
    r"(?:whole|entire|complete|all (?:of )?(?:our|the|my)) (?:[\w-]+ )?"
    r"(?:project|code ?base|repo(?:sitory)?|app(?:lication)?|system|monorepo|services|modules|files)\b"
    r"|across (?:all|the (?:whole|entire)|every|several|multiple)\b"
    r"|in every (?:module|service|file|package)\b"
    r"|(?:ganze[ns]?|gesamte[ns]?|tout le|todo el|intero|весь) (?:projekt|projet|proyecto|progetto|проект)\b)"
)
_PATH = re.compile(
    r"(?<![@\w./-])[@\w./-]*\w\."
    r"(?:py|jsx?|tsx?|go|rs|java|kt|cc|cpp|c|hpp|h|cs|rb|php|swift|sql|vue|html|css|ya?ml|toml|json|md)\b"
)
_CONCURRENT = any_of(
    r"\b(?:threads?|threading|locks?|mutex(?:es)?|semaphores?|concurren\w+|parallel|simultaneous\w*|race",
    r"goroutines?",
    r"workers?|consumers?|replicas?|cluster|nodes|processes|event loop|async\w*|deadlocks?|shutdown",
    r"under (?:heavy )?load|at the same time",
    r"nebenläufig\w*|gleichzeitig|unter last|sperren?|interblocage|verrous?|sous (?:forte )?charge|en parallèle",
    r"hilos|bajo carga|a la vez|em paralelo|sotto carico|потоки?|под нагрузкой|одновременно)\b",
    "并发|线程|死锁|並行|スレッド|負荷|デッドロック|동시|스레드|교착",
)
_FAILING = any_of(
    r"\b(?:deadlock\w*|hangs?|hung|freez\w+|frozen|stuck|stalls?|blocked|corrupt\w*|lost|los[et]s?|twice",
    r"duplicat\w+",
    r"sometimes|sporadic\w*|intermittent\w*|random(?:ly)?|rarely|occasionally|once (?:a|in)|flaky",
    r"leaks?|crash\w*",
    r"race conditions?|data race|starv\w+|out of order|wait(?:s|ing)? for(?:ever| each)",
    r"hängen|hängt|sporadisch\w*|manchmal|verschwind\w+|parfois|fuites?|bloqu\w+|plante\w*",
    r"colgad\w+|se cuelgan?|a veces|às vezes|trava\w*|a volte|иногда|зависа\w+|теря\w+)\b",
    "死锁|偶尔|有时|丢失|卡住|たまに|時々|固まる|デッドロック|가끔|멈춤|교착",
)


def signals_of(wish: str, traced: bool) -> tuple[Signal, ...]:
    """The signals in a human's own words; ``traced``: a stack trace stood beside them."""
    found = []
    if traced:
        found.append(Signal.STACK_TRACE)
    lower = wish.lower()
    if _WHOLE.search(lower) or (wish.count(".") >= _SEVERAL and len(set(_PATH.findall(wish))) >= _SEVERAL):
        found.append(Signal.MANY_FILES)
    if _CONCURRENT.search(lower) and _FAILING.search(lower):
        found.append(Signal.CONCURRENCY)
    return tuple(found)
