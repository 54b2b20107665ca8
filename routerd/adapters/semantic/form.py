"""Says in which form an instruction asks: how it opens, whether it is a question, how long it is, what it names."""

from __future__ import annotations

from routerd.adapters.semantic.features import split

_SKIPPED = frozenset(
    word
    for line in (
        "please pls now ok okay so then also and but yes no hey hi can could would will you we",
        "i lets let's us just want need like to i'd next great thanks good nice first finally again mind kindly id",
    )
    for word in line.split()
)
"""Words before the verb or the question word that opens a request."""

_OPENERS = {
    "make": """add create write make build put move remove rename change update use replace style delete insert set
    apply allow enable disable display save install run commit push show increase decrease align drop extend include
    turn switch hide format sort generate complete clean refactor document adjust append bump swap wrap split lets""",
    "shorten": """summarize summarise list extract identify translate classify count shorten reformulate rephrase
    rewrite label describe explain convert parse tabulate find search highlight amend repeat given""",
    "judge": """why review check audit analyze analyse evaluate assess compare verify investigate debug diagnose
    recheck determine prove critique confirm examine inspect fix""",
    "closed": "is are does do did has have was were should am isn't doesn't aren't don't",
    "where": "where which who when",
    "what": "what what's whats",
    "how": "how",
    "design": "design architect plan integrate migrate port consider rearchitect redesign scale invent propose",
    "implement": "implement support continue develop parallelize prioritize",
}
_NAMED = {
    "fault": """bug bugs broken fails failing failed failure error errors wrong crash crashes missing incorrect
    doesn't isn't not still longer cannot can't stuck issue issues problem unable stopped lost""",
    "shape": "json yaml csv xml markdown format bullet bullets table sentence sentences summary title",
    "given": "following below paragraph above text article sentence passage earlier previous reply answer given",
    "wide": """architecture system systems platform entire whole across every multiple all pipeline services modules
    service distributed interface layer layers roadmap strategy migration support""",
    "test": "test tests testing unittest pytest coverage spec specs",
    "text": "docstring docstrings comment comments docs readme documentation javadoc jsdoc",
}
_OPENS = {word: f"opens:{name}" for name, words in _OPENERS.items() for word in words.split()}
_NAMES = {word: f"names:{name}" for name, words in _NAMED.items() for word in words.split()}
_SELF = frozenset(("i", "we", "to", "can", "should", "would", "you", "one"))
"""After "how": somebody wants to do it, so that a snippet answers."""
_CONSENT = 40  # letters; nobody consents at more length
_LENGTHS = ((3, "3"), (7, "7"), (14, "14"), (30, "30"), (60, "60"))


def form_of(words: list[str]) -> list[str]:
    """The names of the forms, each once, for the lower-case words and question marks of an instruction."""
    opening = next((index for index, word in enumerate(words) if word not in _SKIPPED), len(words))
    opens = _OPENS.get(words[opening], "opens:other") if opening < len(words) else "opens:nothing"
    if opens == "opens:how":
        opens = "opens:how-to" if words[opening + 1 : opening + 2] and words[opening + 1] in _SELF else opens
    asked = "asks" if "?" in words else "tells"
    length = next((name for most, name in _LENGTHS if len(words) <= most), "more")
    named = {_NAMES[word] for word in words if word in _NAMES}
    return [opens, asked, f"{opens} {asked}", f"words:{length}", *sorted(named)]


def asks_something(text: str) -> bool:
    """Whether there is more than greetings and consent, such as "ok"."""
    return len(text) > _CONSENT or any(word not in _SKIPPED for word in split(text))
