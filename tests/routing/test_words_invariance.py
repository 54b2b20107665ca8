"""What stands beside a request, or how it is spelled, leaves its tier: shares of flips over our own requests."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from routerd.adapters.semantic import SemanticClassifier
from routerd.domain.tier import Tier
from routerd.routing.words import own_words

REQUESTS = """add a retry to the upload client
write unit tests for the invoice parser
write a docstring for this method
rename the variable tmp to total
remove the unused imports in this file
generate getters and setters for the Account class
create a dockerfile for this app
extract this block into a helper method
make the save button green
move the constants to the top of the file
how do I read a file line by line?
how can I sort a list of tuples by the second item?
where is the default locale set?
add type hints to these functions
add a --quiet flag to the command
write a regex that matches a postal code
replace the loop by a list comprehension
show the user's name in the header
update the readme with the new install steps
add comments to this query
summarize this log file
summarise the changes in this diff
extract all the dates from this text as json
list the public functions in this file
translate these labels into Spanish
convert this table to CSV
give me a commit message for this change
explain what this class does
what does this script do?
classify each ticket as bug or feature
shorten this paragraph to two sentences
count the errors in the output per hour
turn this list into a markdown table
name the three most frequent words in the text
why does this return null when the list is empty?
review this function for bugs
is this comparison correct for negative numbers?
what is wrong with this query?
is it safe to call close twice?
which of these two versions is better and why?
the login is not working
the export is still broken
why is the total off by one?
fix the bug in the date calculation
check whether this function handles empty input
does this code match its documentation?
find the edge cases that break this validator
why is the test failing on the second run?
compare these two implementations for correctness
debug this, the counter is wrong after a reset
the cache returns a stale value, why?
design the architecture of a multi-tenant billing platform
design a plugin system for the whole application
migrate the monolith to microservices
our workers deadlock randomly under load, find the cause
plan the migration of all services from REST to gRPC
build a distributed job scheduler with failover
there is a race condition between the consumers and the scheduler, find it
design the data model and the services of a ticket shop
the memory leaks across several services under load, find out where
split the repository into independently deployable services
port the entire project to another framework
design a sync protocol for offline clients with conflict resolution
invent an index structure that supports both range and prefix queries""".splitlines()
"""Sixty-four, written for this test, about sixteen of each tier."""
DEV = Path(__file__).parents[1] / "bench" / "routing" / "data" / "dev.jsonl"
OTHERS = [json.loads(line)["text"] for line in DEV.read_text(encoding="utf-8").splitlines()]
"""247 of other authors: terse, chatty, with typos, in other languages, with pasted traces and code."""

TRANSLATED: dict[str, tuple[str, ...]] = {
    "English": (
        "write unit tests for this function",
        "summarize this text in three sentences",
        "why does this function return null?",
        "design the architecture of a distributed system",
        "rename this variable",
        "add comments to this code",
        "translate this text into English",
        "it is still not working",
        "review this code for bugs",
        "how do I read a file in this language?",
    ),
    "German": (
        "schreibe Unit-Tests für diese Funktion",
        "fasse diesen Text in drei Sätzen zusammen",
        "warum gibt diese Funktion null zurück?",
        "entwirf die Architektur eines verteilten Systems",
        "benenne diese Variable um",
        "füge diesem Code Kommentare hinzu",
        "übersetze diesen Text ins Englische",
        "es funktioniert immer noch nicht",
        "prüfe diesen Code auf Fehler",
        "wie lese ich in dieser Sprache eine Datei ein?",
    ),
    "French": (
        "écris des tests unitaires pour cette fonction",
        "résume ce texte en trois phrases",
        "pourquoi cette fonction renvoie-t-elle null ?",
        "conçois l'architecture d'un système distribué",
        "renomme cette variable",
        "ajoute des commentaires à ce code",
        "traduis ce texte en anglais",
        "ça ne marche toujours pas",
        "vérifie ce code, cherche les bugs",
        "comment lire un fichier dans ce langage ?",
    ),
    "Chinese": (
        "为这个函数写单元测试",
        "用三句话总结这段文字",
        "为什么这个函数返回 null？",
        "设计一个分布式系统的架构",
        "重命名这个变量",
        "给这段代码加注释",
        "把这段文字翻译成英文",
        "还是不能用",
        "检查这段代码有没有 bug",
        "用这种语言怎么读取文件？",
    ),
    "Arabic": (
        "اكتب اختبارات وحدة لهذه الدالة",
        "لخص هذا النص في ثلاث جمل",
        "لماذا ترجع هذه الدالة null؟",
        "صمم بنية نظام موزع",
        "أعد تسمية هذا المتغير",
        "أضف تعليقات إلى هذا الكود",
        "ترجم هذا النص إلى الإنجليزية",
        "ما زال لا يعمل",
        "راجع هذا الكود بحثا عن الأخطاء",
        "كيف أقرأ ملفا بهذه اللغة؟",
    ),
    "Hindi": (
        "इस फ़ंक्शन के लिए यूनिट टेस्ट लिखो",
        "इस पाठ का तीन वाक्यों में सारांश दो",
        "यह फ़ंक्शन null क्यों लौटाता है?",
        "एक वितरित सिस्टम का आर्किटेक्चर डिज़ाइन करो",
        "इस वेरिएबल का नाम बदलो",
        "इस कोड में टिप्पणियाँ जोड़ो",
        "इस पाठ का अंग्रेज़ी में अनुवाद करो",
        "यह अभी भी काम नहीं कर रहा है",
        "इस कोड में बग के लिए समीक्षा करो",
        "इस भाषा में फ़ाइल कैसे पढ़ें?",
    ),
}

PROSE = (
    "The group has been working with the shop on the corner since the spring of last year, and most people there know "
    "each other well. Orders come in by telephone in the morning and by post in the afternoon. A delivery leaves at "
    "noon, another one around five. On Fridays the office closes early, and the keys are left with the neighbours. "
) * 4
CSV = "id,name,amount\n1,Ada,20\n2,Grace,35\n3,Alan,17\n4,Edsger,8"
README = (
    "# Parcel\n\nA small library for parcels.\n\n## Install\n\n    pip install parcel\n\n## Usage\n\n"
    "Import it and call `send`. The design follows the post office. See the docs for the architecture.\n\n"
    "- fast\n- tested\n\n## Licence\n\nMIT"
)
JSON_LINES = '{"id": 1, "event": "login"}\n{"id": 2, "event": "crash"}\n{"id": 3, "event": "logout"}'


def transposed(text: str) -> str:
    """One in twenty letters changes place with the next."""
    chance = random.Random(text)
    letters = list(text)
    for index in range(len(letters) - 1):
        if letters[index].isalpha() and letters[index + 1].isalpha() and chance.random() < 0.05:
            letters[index : index + 2] = letters[index + 1], letters[index]
    return "".join(letters)


CHANGES: dict[str, Callable[[str], str]] = {
    "prose below": lambda text: f"{text}\n\n{PROSE}",
    "prose on the next line": lambda text: f"{text}\n{PROSE}",
    "an aside": lambda text: f"{text} (for our payment service)",
    "another aside": lambda text: f"{text} (in the admin area)",
    "a table": lambda text: f"{text}\n{CSV}",
    "a table with semicolons": lambda text: f"{text}\n\n{CSV.replace(',', ';')}",
    "a readme": lambda text: f"{text}\n\n{README}",
    "a language": lambda text: f"{text} in TypeScript",
    "another language": lambda text: f"{text} in Go",
    "politeness": lambda text: f"{text}, if it is not too much trouble",
    "politeness in front": lambda text: f"If it's not too much trouble, {text}",
    "JSON lines": lambda text: f"{text}\n{JSON_LINES}",
    "an editor's mention": lambda text: f"@workspace {text}",
    "an editor's variable": lambda text: f"{text} #file:src/checkout/cart.ts",
    "praise of difficulty": lambda text: f"{text}. This is very complex.",
    "a claim of ease": lambda text: f"This is really simple. {text}",
    "transposed letters": transposed,
}


def doubled(text: str) -> str:
    """One in thirty letters is struck twice."""
    chance = random.Random(f"doubled {text}")
    return "".join(letter * 2 if letter.isalpha() and chance.random() < 0.03 else letter for letter in text)


YAML = "name: nightly\non: push\njobs:\n  build:\n    - run: make\n    - run: make test"
TABS = "id\tname\tqty\n1\tbolt\t7\n2\tnut\t9\n3\tcog\t4"
RESTATED: dict[str, Callable[[str], str]] = {
    "prose of another kind": lambda text: f"{text}\n\n{PROSE.replace('shop', 'mill').replace('Orders', 'Visitors')}",
    "an aside without brackets": lambda text: f"{text}, this is for our payments team",
    "a part named in brackets": lambda text: f"{text} (part of our billing backend)",
    "settings": lambda text: f"{text}\n\n{YAML}",
    "a table with tabs": lambda text: f"{text}\n{TABS}",
    "a short readme": lambda text: f"{text}\n\n# Quill\n\nA note tool.\n\n## Usage\n\nRun `quill add`.",
    "the language in front": lambda text: f"In Rust: {text}",
    "the language at the end": lambda text: f"{text} using Kotlin",
    "a request for a favour": lambda text: f"Would you mind doing this when you have time: {text}",
    "no haste": lambda text: f"{text} - no hurry at all, much appreciated!",
    "leave to wait": lambda text: f"Whenever you get a chance, {text}",
    "one more mention": lambda text: f"@terminal {text} #selection",
    "a file mentioned at the end": lambda text: f"{text} @src/app/main.ts",
    "a warning of difficulty": lambda text: f"Careful, this one is really tricky! {text}",
    "difficulty told afterwards": lambda text: f"{text}. It looks pretty hard.",
    "ease told afterwards": lambda text: f"{text}. That one should be easy, that's a basic thing.",
    "consent in front": lambda text: f"Ok great, that looks good to me. {text}",
    "doubled letters": doubled,
}
"""The disturbances above in other words."""


@pytest.fixture(scope="module")
def classifier() -> SemanticClassifier:
    return SemanticClassifier()


def tiers(classifier: SemanticClassifier, texts: list[str]) -> list[Tier]:
    return [answer.tier for answer in classifier.classify_many([own_words(text).text for text in texts])]


@pytest.mark.parametrize("name", CHANGES | RESTATED)
@pytest.mark.parametrize("requests", [REQUESTS, OTHERS], ids=["written for this test", "other authors"])
def test_at_most_one_request_in_twenty_changes_its_tier(
    classifier: SemanticClassifier, requests: list[str], name: str
) -> None:
    changed = [(CHANGES | RESTATED)[name](text) for text in requests]
    before, after = tiers(classifier, requests), tiers(classifier, changed)
    flips = [(text, b, a) for text, b, a in zip(requests, before, after, strict=True) if b is not a]
    assert len(flips) <= len(requests) // 20, flips


@pytest.mark.parametrize("language", TRANSLATED)
def test_at_most_one_of_ten_translations_changes_its_tier(classifier: SemanticClassifier, language: str) -> None:
    english, other = (tiers(classifier, list(TRANSLATED[name])) for name in ("English", language))
    flips = [(text, b, a) for text, b, a in zip(TRANSLATED[language], english, other, strict=True) if b is not a]
    assert len(flips) <= 1, flips


@pytest.mark.parametrize(
    "text",
    [
        *("it's not working", "still broken", "not working", "doesn't work anymore", "same error", "broken again"),
        *("nothing changed", "no luck", "nope, same thing", "that didn't help", "it is still not accessible"),
        *("still the same issue", "this does not work any more", "keeps failing", "no change, still wrong"),
    ],
)
def test_what_does_not_work_needs_judgement(classifier: SemanticClassifier, text: str) -> None:
    assert tiers(classifier, [text]) == [Tier.LOGIC]
