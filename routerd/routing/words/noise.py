"""Pleading, politeness, haste and flattery: said in a wish, and no part of it."""

from __future__ import annotations

import re


def _noise(*patterns: str) -> re.Pattern[str]:
    """Any of these phrases as whole words, with the sign that ends it."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})(?!\w)[.,:!]*", re.IGNORECASE)


_ROLE = (
    r"an? (?:[\w+#-]+ ){0,4}"
    r"(?:engineer|developer|programmer|architect|coder|expert|specialist|guru|scientist|cto)"
)
_DIFFICULTIES = (
    "complex|complicated|hard|difficult|tricky|tough|nasty|demanding|challenging",
    "simple|easy|trivial|straightforward|basic",
)
_THING = r"(?: (?:task|problem|one|thing|job))?"
_PRAISE = r"(?:good|great|nice|fine|perfect|right|awesome|lovely|helpful|ok(?:ay)?)"
_YES = rf"(?:yes|yep|yeah|ok(?:ay)?|cool|excellent|sure|alright|(?:very |all )?{_PRAISE})"
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
        tuple("|".join(_DIFFICULTIES).split("|")),
        _noise(
            r"(?:(?:warning|careful|caution|note|beware)[,:!]? )?"
            rf"(?:this|it|that){_THING}(?:'s| is| was| (?:will|may|might|should|must) be| looks| seems)"
            r"(?: (?:very|super|extremely|really|quite|so|truly|rather|pretty|fairly|a bit|a|an))*"
            rf" (?:{'|'.join(_DIFFICULTIES)}){_THING}(?= ?[.!,;:]|\s*$)"
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
        ("mind", "n you", "r you", "e you", "f you", "s you", "rush", "hurry", " be ", "apprec", "conven", "sorry"),
        _noise(
            r"(?:would|do) you mind(?: (?:doing|trying|handling|taking) (?:this|it|that|care of (?:this|it|that)))?",
            r"(?:,\s*)?(?:when|whenever|once|if|as soon as) you(?:'ve| have| get| find| can|'re able)?"
            r"(?: got)?(?: (?:a |some |any |the )?(?:time|minute|moment|second|chance|spare \w+))?(?= ?[.,:;!?]|\s*$)",
            r"(?:there(?:'s| is) )?no (?:rush|hurry)(?: (?:at all|though|on this|here))?",
            rf"(?:it |that |this )?(?:would|will) be (?:very |really |much |so )?(?:{_PRAISE}|appreciated)"
            r"(?= ?[.,!]|\s*$)",
            r"(?:much|greatly|really) appreciated|i appreciate (?:it|your help)|at your convenience",
            r"sorry to (?:bother|trouble) you",
        ),
    ),
    (
        ("you", "trouble", "i'd", "i would", "thank", "thx", "ty", "regards", "cheers"),
        _noise(
            r"(?:could|can|would|will|might) you"
            r"(?: please| kindly| be so (?:kind|good)(?: as)? to| be kind enough to)*",
            r"(?:,\s*)?if (?:it isn'?t|it'?s not|it is not|that(?: is|'s) not) too much (?:trouble|to ask|effort),?",
            r"i hope you(?:'re| are) (?:well|doing well)",
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
    (
        ("yes", "yep", "yeah", "ok", "great", "perfect", "nice", "cool", "awesome", "good", "excellent", "sure", "alr"),
        re.compile(
            rf"^\s*(?:(?:{_YES}(?: {_YES})*|(?:(?:that|this|it|everything|all|yep|yes)(?:'s| is| was)? )?"
            rf"(?:looks?|works?|sounds?|is) (?:very |really )?{_PRAISE}(?: to me)?)\s*[,.!;:]+\s*)+(?=\S+ \S)",
            re.IGNORECASE,
        ),
    ),
    (("!!", "??", "!?", "?!"), re.compile(r"[!?]{2,}")),
)


def without_noise(text: str) -> str:
    """The text with a space in place of each such phrase."""
    wish, lower = text, text.lower()
    for hints, phrases in _NOISE:
        if any(hint in lower for hint in hints):
            wish = phrases.sub(" ", wish)
    return wish
