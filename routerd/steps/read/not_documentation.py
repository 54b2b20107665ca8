"""The one judgement on documentation, however it was read: why words are not prose about their symbol."""

from __future__ import annotations

import re

from routerd.domain.ports import Grammar
from routerd.steps.read.prose import Evidence, evidence_of, parses

_SENTENCE = 2
"""Signs of a sentence that are enough by themselves."""
_NO_WORDS = "is fewer than two words"
_NO_SENTENCE = "is no sentence about the symbol"
_SHORT = 40
"""Words up to which a text may be nothing but a message or talk; a longer one says something else as well."""

_MACHINE = re.compile(
    r"""^\s*(?:---\s\S | \+\+\+\s\S | @@\s-?\d) | ^\W*+(?:
        HTTP/\d | [1-5]\d\d(?:\s+[A-Z]|\s*[:,-]\s|\s*$)
      | (?:[\w.]+\.)?\w*(?:Error|Exception|Fault|Panic|Warning)\b\s*(?:\(\w+\)|\[\w+\])?:(?!:)
      | (?:error|fatal|panic|fail(?:ed|ure)?|exception|critical|err!)\b\s*(?:\[\w+\]|\(\w+\)|code|\d+)?\s*:(?!:)
      | \w+(?:\s\w+)?:\s*(?:error|fatal|warning|command\ not\ found|no\ such\ file|permission\ denied)\b
      | \S+[(:]\d+[,:]\d+\)?:\s | (?:not\s)?ok\s\d+\b | [A-Z][\w-]+:\s\w+=\S+;
      | Traceback\b | thread\s'\w+'\s | goroutine\s\d | Segmentation\sfault | npm\s(?:ERR|WARN)
      | at\s\S+\s?\(.*:\d+ | File\s".*",\sline\s\d
      | (?:\d{4}-\d\d-\d\d|\d\d/\w+/\d{4}|\d\d:\d\d:\d\d)\b
      | (?:INFO|DEBUG|WARN|WARNING|ERROR|TRACE|NOTICE|CRITICAL)\b\s*[\]:|-]
      | (?:DOCTYPE|html|head|body|center|title|script|h1|xml|svg|tool_call|function|invoke|\w+\|)(?<=[\w|])[^\n]*>
      | diff\s--git
      | (?:https?|file|ftp)://\S+\s*$
      | data:\s*[\[{] | event:\s*\w+
      | \w+=[^\s,;&]+(?:[\s,;&]+\w+=[^\s,;&]+)+\s*$
    )""",
    re.X,
)
_STATUS = re.compile(
    r"^\W*+(?:\w[\w-]*\s+){1,5}(?:was\s+|were\s+|has\s+been\s+|have\s+been\s+|is\s+|are\s+)?(?:successfully\s+)?\w[\w-]*ed"
    r"(?:\s+successfully)?\W*+$|^\W*we(?:['’](?:re|ve)|\s+(?:are|were|have))\b|^\W*(?:great|nice|good|looks?|well)\s+\w+",
    re.I,
)
"""A state or a verdict in a few words, which is documentation only where it shares a word with the source."""
_PROGRESS = re.compile(r"^\W*+(?:\w[\w-]*\s+){0,5}\w[\w-]*(?:\s+\w[\w-]*){0,5}(?:\.{3}|…)$")
_CAPITAL_WORD = re.compile(r"^[A-Z][\w-]+\.?\s")
_TAG = re.compile(r"^[ \t]*[@\\]\w+[ \t]+\S", re.M)
_TAGGED = re.compile(
    r"^[ \t]*(?:[@\\](?:params?|arg|returns?|result|throws?|raises?|exception|see|field|tparam|property|yields?)\b"
    r"|:(?:param|returns?|rtype|raises)\b).*\w",
    re.M,
)
_WORD_BEFORE = re.compile(r"^(?!\s*[@\\:])\W*\w")
_ONE_TAG = re.compile(r"<[^>\s]+>")
_FEWEST_LETTERS = 5
"""Of two words in Latin letters; scripts of other kinds need fewer."""
_BEGINNING = 500
"""Characters that are looked at where the words begin or end: patterns may take the square of them."""
_PATH = re.compile(r"^\S*[/\\]\S*$|^[\w-]+\.\w{1,5}$")
_FAILURE = re.compile(
    r"\b(?:timed?[ -]?out|refused|denied|failed|exceed(?:s|ed)|unavailable|overloaded|reset\ by|invalid|unauthori[sz]ed"
    r"|forbidden|insufficient|disconnected|aborted|interrupted|not\ found|limit(?:ed|s)?|expired|not\ supported|unable"
    r"|could\ not|couldn['’]t|too\ many|quota|rate[ -]limit\w*|unknown|unexpected|try\ again|retry|maintenance|blocked"
    r"|billing|credits?|api\ key|context\ (?:length|window)|max(?:imum)?[_ ](?:tokens|context)|tokens|is\ required"
    r"|no\ longer|not\ exist|unsupported|went\ wrong|offline|upstream|gateway|truncated|filtered|policy|policies)\b",
    re.I | re.X,
)
_STATES_FAILURE = re.compile(
    r"\b(?:rate[ -]limit|quota|overloaded|context\s(?:length|window)|billing|api\skey|max_tokens|bad\sgateway"
    r"|content\s(?:filter|polic)"
    r"|gateway\stime-?out|too\smany\srequests|service\sunavailable|try\sagain|went\swrong|status\scode|under\smaintenance)",
    re.I,
)
_FIRST_PERSON = re.compile(
    r"(?:^|[.,;:!?—-]\s+|\b(?:but|and|that|so|if|as|because|what|here)\s+)\W?I(?:['’](?:m|ve|ll|d)\b|\s+[a-z]+['’]?[a-z]*\b)"
    r"|\b(?i:let|give|tell|help|show|send|for)\s+me\b"
    r"|^\W*(?i:my|me)\s|\bas\s+(?:an?\s+)?(?:ai|language\s+model|assistant)\b",
    re.M,
)
_YOU = re.compile(r"\b(?:you|your|yours|you['’](?:re|d|ve|ll)|sorry|please(?!\s(?:note|see|use|refer|be)))\b", re.I)
_TALK = re.compile(
    r"""^\W*+(?:
        (?:sure|certainly|absolutely|understood|got\ it|no\ problem|of\ course|okay|ok|yes|no|yep|done|thanks?
        |hello|hi|hey
          |great|alright|sorry|apologies|welcome|success|congratulations|acknowledged|roger|noted|hmm|well)
          \b\s*(?:[,.!:;—-]|$|\s(?:thing|then|you|but|i|we|here|there))
      | unfortunately\b
      | (?:here(?:['’]s|\ is|\ are|\ you)|below\ (?:is|are)|as\ requested|happy\ to|glad\ to|feel\ free
      |hope\ (?:this|that|it))\b
      | please\ (?!note|see|use|refer|be\b|consider)
      | (?:the|all|your|this|both|these)?\s*(?:requested|updated|new|following|above|missing|final)?\s*
        (?:doc(?:string|umentation|s)?(?:\ (?:comments?|blocks?|text))?|jsdocs?|javadocs?|comments?|tasks?|answers?
        |responses?
          |repl(?:y|ies)|requests?|(?:changes|edits)|output|everything|work)s?
        (?:\ (?:for|of|to|in|above|below)\ [^.\n]{1,40})?
        \ (?:has|have|was|were|is|are|looks?|seems?|can|will|cannot|could|should|would|follows?
          |(?:successfully\ )?(?:added|updated|generated|written|completed|finished))\b
      | (?:all|one|\d+|every)\ (?:\w+\ ){0,2}?(?:docstrings?|symbols?|comments?|functions?)
          \ (?:\w+\ )?(?:added|documented|updated)\b
      | (?:successfully\ )?(?:added|updated|generated|wrote|created|documented|completed|inserted
      |finished)\b[^.\n]{0,40}\b
        (?:doc(?:string|umentation)?s?|comments?|tasks?|requests?|files?|functions?|symbols?|methods?|successfully
        |changes?|as\ (?:asked|requested))\b
      | (?:no|nothing|not|there(?:['’]s|\ is|\ are)\ (?:no|nothing|not))\b[^.\n]{0,50}\b(?:changes?
      |doc(?:ument(?:ation|ed)?|strings?)?
          |needed|required|necessary|comments?|information|context|idea|enough|to\ (?:do|add|say|report|document
          |see))\b
      | (?:the|this|that)\ (?:code|function|method|class|file|symbol|snippet|implementation|program|docstring|comment)
        \ (?:(?:is|are|was|seems|appears|looks)\ (?:already|to\ be|fine|good|correct|ok(?:ay)?|well
        |self-explanatory|not\ (?:shown|provided|given|visible|included)
            |missing|incomplete|unclear|empty|too|trivial)|already|looks|needs?\ (?:no|more)|you|has\ (?:been
            |no\ doc)|above|below|lacks)\b
      | (?:all|task|work|job|everything|mission)\b\ ?(?:is\ )?(?:done|set|good|completed?|accomplished|finished
      |clear)\b
      | (?:let['’]?s|we)\ (?:think|see|look|start|need\ to\ (?:document|write|add|produce|output)|begin|are\ asked
      |must\ (?:write|document)|break)\b
      | (?:the\ )?user\ (?:wants|asks|is\ asking|asked|needs\ (?:me|a\ doc)|requests)\b
      | (?:note|option|step|choice|answer|response|reply|output|result|reasoning|thought|analysis|plan|docstring
      |documentation)s?\ ?\d*\s*:\s*(?:\n|$|\d)
      | (?:step|option)\ \d+\b
      | (?:to\ do|todo|tbd|fixme|wip|coming\ soon|work\ in\ progress|lorem\ ipsum|place\ ?holder)\b
      | (?:insert|write|add|put|your|missing)?\ ?(?:the\ |an?\ |your\ )?(?:doc\w*|description|comments?|summary
      |words|text)(?:\ (?:goes\ |comes\ )?here)?\W*+$
    )""",
    re.I | re.X,
)
_FOREIGN_TALK = re.compile(
    r"^\W*(?:ich\s+(?:kann|habe|bin|werde|brauche|verstehe)|hier\s+(?:ist|sind|kommt)|je\s+(?:ne|suis|peux|vais)|j['’]ai|voici|désolée?"
    r"|lo\s+siento|no\s+puedo|aquí\s+(?:está|tiene|están)|claro|por\s+supuesto|necesito|natürlich|gerne|bien\s+sûr|desculpe|não\s+posso|aqui\s+está"
    r"|я\s|извините|вот\s|конечно|к\s+сожалению|готово|пожалуйста|не\s+могу|мне\s)"
    r"|我(?:无法|不能|没有|已|会|将|可以|需要|是)|(?:好的|当然|抱歉|对不起|以下是|这是|请提供|请问|您|你)|(?:申し訳|すみません|はい、|かしこまりました|以下は|以下に|承知)"
    r"|(?:죄송|알겠습니다|다음은|네,|제가)|^\W*(?:عذر|آسف|لا أستطيع|بالتأكيد|إليك)",
    re.I,
)
_WH_QUESTION = re.compile(
    r"^\W*(?:what|which|who|why|where|how|when|welche[nrs]?|was|wie|warum|quel(?:le)?s?|que|qué|cuál|pourquoi|какой|какую|что)\b",
    re.I,
)
_QUESTION = re.compile(r"[?？؟][\s\"'”’»)]*$")
_EVENT = re.compile(
    r"^\W*(?:(?:is|are|be)\s)?(?:raise[sd]?|throw[ns]?|return(?:s|ed)?|call(?:s|ed)|if|when|whether|checks?|indicates?|represents?|error|exception|event|handles?|emitted|fired|sent)\b",
    re.I,
)
"""How documentation of a failure begins, which says when it comes."""
_CODE = "is code, not prose"
_CALL = re.compile(r"(?P<name>\w+)\([^\n]*\)[ \t]*\n[ \t]*\n")
_STEM = re.compile(r"[^\W\d_]{3,}")


def not_documentation(words: str, about: str, language: str, grammar: Grammar) -> str | None:
    """Why words are not documentation, or ``None``; ``about`` is the symbol's name and source.

    Words that share nothing with the source are never refused for that alone.
    """
    stripped = words.strip()
    path = len(stripped) < _BEGINNING and _PATH.match(stripped)
    if path or _MACHINE.match(stripped[:_BEGINNING]) or _data(stripped):
        return "is a message of a machine or data, not prose"
    if _TAGGED.search(stripped) and not _WORD_BEFORE.match(stripped):
        return None  # parameters and results with their types are documentation without a sentence
    reason = _unfit(evidence_of(stripped), about, language, grammar)
    if reason in (_NO_SENTENCE, _NO_WORDS) and (
        _TAGGED.search(stripped) or (_TAG.search(stripped) and _CAPITAL_WORD.match(stripped))
    ):
        return None
    if reason == _NO_SENTENCE or (reason == _CODE and _signature(stripped, about)):
        # A heading, a mark of a tool, or the symbol's signature stands above the words.
        rest = re.split(r"\n[ \t]*\n", stripped, maxsplit=1)[1:]
        return _unfit(evidence_of(rest[0]), about, language, grammar) if rest else reason
    return reason


def _data(words: str) -> bool:
    """Whether the words stand in brackets or braces as a whole, or are one tag."""
    return (words[:1] in {"{", "["} and words[-1:] in {"}", "]"}) or _ONE_TAG.fullmatch(words) is not None


def _signature(words: str, about: str) -> bool:
    """Whether the first line is a call of the symbol that has its name, as NumPy's style begins documentation."""
    found = _CALL.match(words)
    return found is not None and re.search(rf"\b{re.escape(found['name'])}\b", about) is not None


def _unfit(evidence: Evidence, about: str, language: str, grammar: Grammar) -> str | None:
    summary = evidence.text
    concerns = _concerns(summary, about)
    letters = sum(sign.isalpha() for sign in summary)
    if 3 * letters < len("".join(summary.split())) or (
        letters < _FEWEST_LETTERS and summary.isascii() and not concerns
    ):
        return _NO_WORDS  # signs and digits, for the most part
    if evidence.words < 2 and not (concerns and evidence.sentence >= _SENTENCE):
        return _NO_WORDS
    if evidence.words <= _SHORT:
        few = summary if len(summary) <= 2 * _BEGINNING else summary[:_BEGINNING] + summary[-_BEGINNING:]
        reason = _talk(few, evidence, concerns)
        if reason:
            return reason
    if evidence.code:
        return _CODE
    if evidence.sentence < _SENTENCE and (not concerns or parses(summary, language, grammar)):
        return _NO_SENTENCE
    return None


def _talk(summary: str, evidence: Evidence, concerns: int) -> str | None:
    """Why a short text is about the task or its sender's state, and not about the symbol."""
    if _TALK.match(summary) or _FOREIGN_TALK.search(summary) or _FIRST_PERSON.search(summary):
        return "talks about the task, not about the symbol"
    you = _YOU.search(summary) is not None
    if not concerns and _STATUS.match(summary):
        return "reports a state, not what the symbol does"
    if _PROGRESS.match(summary):
        return "reports progress"
    if _QUESTION.search(summary) and (you or not concerns or _WH_QUESTION.match(summary)):
        return "is a question"
    if you and not concerns:
        return "talks to its reader, not about the symbol"
    if _EVENT.match(summary):
        return None
    if _STATES_FAILURE.search(summary) and concerns < 2:
        return "reports a failure of a service"
    if _FAILURE.search(summary) and (you or not concerns):
        return "reports a failure of a service"
    if summary.endswith("!") and evidence.words <= 4 and not concerns:
        return "is an exclamation"
    return None


def _concerns(summary: str, about: str) -> int:
    """How many different words, by their first four letters, a text shares with its symbol's name and source."""
    return len(_stems(summary) & _stems(re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", about)))


def _stems(text: str) -> set[str]:
    return {word[:4].casefold().rstrip("s") for word in _STEM.findall(text)}
