"""A sentence read into statements, without a look at any table.

Belongs here: which words are the subject of a number, its period and direction, and where the sentence turns to
reasons, parts and forecasts, of which nothing is read. Does not: the wordings (`rules.toml`), or the cells that words
name (`bind`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import dropwhile, pairwise, takewhile
from typing import Literal, NamedTuple, cast

from tidebook.pipelines.judge.readings.statements.lexicon import class_of, directions, multiples, pattern
from tidebook.pipelines.judge.readings.statements.periods import YEAR_TO, Period
from tidebook.pipelines.judge.readings.statements.rules import Around, Rule, rule_for
from tidebook.pipelines.judge.readings.statements.sheet import is_money
from tidebook.pipelines.judge.readings.statements.statement import Operation, Statement
from tidebook.pipelines.judge.readings.statements.tokens import Token, Tokens, clauses_of
from tidebook.pipelines.judge.text.prose import DURATIONS, Sentence, StatedNumber
from tidebook.pipelines.judge.text.words import NUMBER_WORDS

_HEDGES_BEFORE = re.compile(
    r"(?:\s*(?:\b(?:approximately|about|around|nearly|almost|roughly|some|only|just|over|a|an|the|still|is|estimated"
    r"|total of|net|well|a total of)\b|[$€£]))+$"
)
_FOLLOWED_BY = re.compile(r"(?:\w+ )?(?:of|in|for|from) (?!period|back|the period)")
_OF_WHICH = re.compile(r"\s*(?:%|percent)?\s*of (?:which|this|that|these|them|those)\b", re.IGNORECASE)
_CHANGE_IN = re.compile(r"(?:increase|decrease|decline|growth|rise|fall|drop|reduction|gain|cut|jump) in\b")
_IN = re.compile(r"in\b")
_OLD_AND_NEW = re.compile(r"\b(?:from|to|compared|versus|vs|against)\b")
_HIGHER = re.compile(r"(?:\w+ ){0,1}(?:higher|increase|growth|rise|gain|more)\b")
_LOWER = re.compile(r"(?:\w+ ){0,1}(?:lower|decrease|decline|drop|reduction|fall|cheaper|fewer|less)\b")
_IN_ALL = re.compile(r"\bin (?:all|total)\b", re.IGNORECASE)
_UP_OR_DOWN = re.compile(r"\b(up|down)(?: on)?$")
_OF_ALL_EXTREME = re.compile(r"the \w+ of (?:the|all)\b")
_JOINED = re.compile(r"\b(?:and|or)\b")
_CHANGES = ("rate", "change", "points", "difference", "rate difference")


def statements_of(
    sentence: Sentence, tokens: Tokens, carried: Sequence[Token] = (), paragraph_period: Period | None = None
) -> list[Statement]:
    """Return the statements of a sentence.

    Args:
        sentence: the sentence.
        tokens: its tokens.
        carried: the subject of the sentence before, for `it`, `they`, `of them`.
        paragraph_period: the latest period that the paragraph has named.
    """
    reader = _Reader(sentence, tokens, carried, paragraph_period)
    for clause in clauses_of(reader.tokens):
        reader.take(clause)
    joined = tuple(token.start for token in reader.tokens if token.low in ("and", "&", ","))
    for stated in reader.found:
        stated.joints = joined
    _pair_respectively(reader.found, reader.tokens)
    _refuse_flows(reader.found, reader.tokens)
    return reader.found


class _Clause(NamedTuple):
    """What the words of a clause say together."""

    tokens: list[Token]
    numbers: list[int]
    scope: str
    scope_start: int
    verb: int | None
    turn: Token | None
    multiple: Token | None
    extreme: str
    is_of_rates: bool
    is_mean: bool
    is_together: bool
    rank: int

    @property
    def before(self) -> list[Token]:
        """The words of content before the first number."""
        first = self.numbers[0] if self.numbers else len(self.tokens)
        if self.numbers and first and self.tokens[first - 1].low == "after":
            first -= 1  # `after 40 a year before` names nothing, as `profit after tax` does
        return [token for token in self.tokens[:first] if token.is_content]

    @property
    def direction(self) -> int:
        """The direction of its first word of change, 0 without one."""
        return directions()[self.turn.low] if self.turn else 0

    @property
    def words(self) -> list[Token]:
        """All words of content."""
        return [token for token in self.tokens if token.is_content]

    @property
    def has_change_noun(self) -> bool:
        """Whether its verb is a noun of change: `an increase of`."""
        return self.verb is not None and self.tokens[self.verb].is_word_of("change_nouns")

    @property
    def periods(self) -> list[Period]:
        """The periods that it names."""
        return [token.period for token in self.tokens if token.period is not None]

    @property
    def place(self) -> tuple[int, int]:
        """Where it begins and ends."""
        return self.tokens[0].start, self.tokens[-1].end


def _clause(tokens: list[Token], text: str, *, opens_sentence: bool) -> _Clause:
    start = tokens[0].start
    words = text[start : tokens[-1].end]
    scope = pattern("scopes").search(words) or (re.match(r"Of\b", words) if opens_sentence else None)
    extreme = next((token for token in tokens if token.is_word_of("largest") or token.is_word_of("smallest")), None)
    return _Clause(
        tokens=tokens,
        numbers=[place for place, token in enumerate(tokens) if token.kind == "number"],
        scope=scope[0] if scope else "",
        scope_start=start + scope.start() if scope else -1,
        verb=next((place for place, token in enumerate(tokens) if _is_verb(token)), None),
        turn=next((token for token in tokens if token.low in directions()), None),
        multiple=next((token for token in tokens if token.kind == "word" and token.low in multiples()), None),
        extreme="" if extreme is None else "largest" if extreme.is_word_of("largest") else "smallest",
        is_of_rates=extreme is not None and extreme.is_word_of("extremes_of_rates"),
        is_mean=any(token.is_word_of("means") for token in tokens),
        is_together=any(token.is_word_of("together") for token in tokens) or bool(_IN_ALL.search(words)),
        rank=_rank_in(tokens, extreme),
    )


_ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5}


def _rank_in(tokens: Sequence[Token], extreme: Token | None) -> int:
    """Return the place that `the second largest` is, 0 for none."""
    if extreme is None:
        return 0
    place = tokens.index(extreme)
    before = tokens[place - 1] if place else None
    if before is None:
        return 0
    if before.kind == "rank" and before.number is not None:
        return int(before.number.quantity.value)
    return _ORDINALS.get(before.low, 0)


def _is_verb(token: Token) -> bool:
    if token.kind != "word":
        return False
    if token.low in directions():
        return not token.is_word_of("change_adverbs")
    return token.is_word_of("level_verbs") or token.low in multiples() or token.is_word_of("exceeding")


class _Reader:
    """Reads a sentence clause by clause; what one clause leaves open holds for the next.

    Attributes:
        found: the statements so far.
        labels: where the sentence has a label in full.
    """

    def __init__(
        self, sentence: Sentence, read: Tokens, carried: Sequence[Token], paragraph_period: Period | None
    ) -> None:
        tokens = read.tokens
        self.sentence = sentence
        self.text = sentence.block.text
        self.tokens = tokens
        self.carried = list(carried)
        self.paragraph_period = paragraph_period
        self.periods = [token.period for token in tokens if token.period is not None]
        self._own_periods = _periods_of_levels(tokens)
        self.found: list[Statement] = []
        self.labels = read.labels
        self._subject: list[Token] = []
        self._verb: Token | None = None
        self._asides: set[int] = set()
        measures = {token.number.measure.replace("-", "_") for token in tokens if token.number is not None}
        self._measures = frozenset(measures - {""})
        self._has_money = any(token.number is not None and is_money(token.number.unit) for token in tokens)
        self._times = _times_in(self._outside_reasons(tokens), sentence)
        self._is_of_all = any(token.is_word_of("totals") or token.is_word_of("together") for token in tokens)
        self._pending: list[Token] = []
        self._refused = self._lasting = ""
        self._is_dead = self._follows_words = False
        self._direction = self._last_change = 0
        self._is_together = self._is_mean = self._is_of_rates = False
        self._has_pronoun = False
        self._is_relative = False
        self._scene: list[Token] = []
        self._counted: list[Token] = []
        self._predicate: list[Token] = []
        self._following: list[Token] = []
        self._extreme = ""
        self._rank = 0
        whole = self.text[sentence.start : sentence.end].lower()
        self._lists = "respectively" if "respectively" in whole else ""

    def take(self, tokens: list[Token]) -> None:
        """Read the next clause, or what cuts it off from the one before."""
        first = tokens[0]
        if len(tokens) == 1 and (first.kind == "mark" or first.low == "which" or first.is_word_of("contrasts")):
            if first.low == ";" or first.is_word_of("contrasts"):
                self._begin_anew()
            self._is_relative = first.low == "which"
            return
        if self._is_dead:
            self._take_reasons(tokens)
            return
        kept = self._without_reasons(tokens)
        self._is_dead = len(kept) < len(tokens)
        if self._is_dead:
            self._take_reasons(tokens[len(kept) :])
        if not kept:
            return
        opens = kept[0].start <= self.sentence.start + 1
        clause = _clause(kept, self.text, opens_sentence=opens)
        if clause.scope and pattern("lasting").search(clause.scope):
            self._lasting = clause.scope
        if clause.numbers or clause.multiple:
            self._take_numbers(clause)
        elif not (self._is_relative or kept[0].low in _RELATIVE):
            self._take_words(clause, opens=opens)
        elif clause.scope:
            self._refused = clause.scope
        self._is_relative = False

    def _begin_anew(self) -> None:
        self._is_dead = False
        self._refused = ""
        self._pending = []
        self._scene = []
        self._direction = 0

    def _outside_reasons(self, tokens: Sequence[Token]) -> list[Token]:
        """Return the tokens of what is stated: `rose 3%, driven by a launch in May` states nothing of May."""
        kept: list[Token] = []
        start = 0
        for place, token in enumerate(tokens):
            if token.low == ";":
                kept += self._without_reasons(tokens[start : place + 1])
                start = place + 1
        return [*kept, *self._without_reasons(tokens[start:])]

    def _without_reasons(self, tokens: Sequence[Token]) -> list[Token]:
        start, end = (tokens[0].start, tokens[-1].end) if tokens else (0, 0)
        for reason in pattern("reasons").finditer(self.text[start:end]):
            place = start + reason.start()
            if not any(first <= place < last for first, last in self.labels):
                return [token for token in tokens if token.start < place]
        return list(tokens)

    def _take_reasons(self, tokens: Sequence[Token]) -> None:
        """Read what a reason says in full: `an increase in payroll of $4.1 million`."""
        for place, noun in enumerate(tokens[:-1]):
            if not noun.is_word_of("change_nouns") or tokens[place + 1].low != "in":
                continue
            behind = list(takewhile(lambda token: token.kind == "word", tokens[place + 2 :]))
            end = place + 2 + len(behind)
            number = tokens[end].number if end < len(tokens) and tokens[end].kind == "number" else None
            if number is None or not behind or behind[-1].low not in ("of", "by"):
                continue
            operation: Operation = "rate" if number.unit == "percent" else "change"
            stated = Statement(operation, "reason", number.start, number.end, number.text, number)
            stated.subject = [token for token in behind if token.is_content]
            stated.direction, stated.is_reason = directions()[noun.low], True
            stated.period = self.periods[0] if len(set(self.periods)) == 1 else self.paragraph_period
            self.found.append(stated)

    def _take_words(self, clause: _Clause, *, opens: bool) -> None:
        """Read a clause without a number: its words go on to the next; it may state a direction or an order."""
        if opens and clause.tokens[0].low in ("in", "at") and clause.verb is None:
            self._scene = clause.words  # `In Holm, the largest harbour, passengers rose`: all is of Holm
        if clause.scope:
            self._refused = clause.scope
        self._direction = clause.direction or self._direction
        self._pending += clause.words
        if clause.verb is not None:
            self._asides |= {token.start for token in clause.tokens[clause.verb + 1 :]}
        self._follows_words = True
        self._is_together |= clause.is_together
        if clause.is_together and any(token.low == "than" for token in clause.tokens):
            self._refused = "compared with several together"
        self._is_mean |= clause.is_mean
        if clause.extreme:
            self._extreme, self._is_of_rates, self._rank = clause.extreme, clause.is_of_rates, clause.rank
        if clause.direction and clause.verb is not None and clause.words and not clause.scope:
            verb = clause.tokens[clause.verb]
            stated = Statement("direction", "direction", verb.start, verb.end, verb.text, subject=clause.words)
            stated.direction, stated.refused = clause.direction, self._lasting
            self._set_compared_periods(stated, clause)
            self.found.append(stated)
        if clause.extreme and clause.words:
            default = self.periods[0] if len(set(self.periods)) == 1 else self.paragraph_period
            refused = self._lasting or clause.scope or self._of_changes(clause)
            subject = list(self._pending)
            if self.found and self.found[-1].number is not None and _OF_ALL_EXTREME.match(_shown(clause.tokens)):
                subject = [*self.found[-1].subject, *subject]  # `Holm had 40 ships, the fewest of the four harbours`
            self._add_extreme(clause, subject, refused, default)

    def _set_period(self, stated: Statement, clause: _Clause, default: Period | None) -> None:
        stated.period = clause.periods[-1] if clause.periods else default
        stated.names_period = bool(clause.periods)
        if len(set(clause.periods)) > 1 and stated.operation in ("extreme", "rank"):
            stated.refused = stated.refused or "several periods"

    def _of_changes(self, clause: _Clause) -> str:
        """Return why a superlative of changes is not looked up: in points, in percent or in amounts, nobody says."""
        is_of_change = bool(clause.direction or self._direction)
        return "the largest change" if is_of_change and not self._is_of_rates else ""

    def _add_extreme(self, clause: _Clause, subject: list[Token], refused: str, default: Period | None) -> None:
        start, end = clause.place
        # `Drew the most spectators`: what was done says the superlative's noun.
        subject = [token for token in subject if not token.is_word_of("counting_verbs")] or subject
        operation: Operation = "rank" if self._rank else "extreme"
        stated = Statement(operation, "superlative", start, end, self.text[start:end], subject=subject, refused=refused)
        stated.extreme = cast(Literal["largest", "smallest"], self._extreme)
        stated.is_of_rates, stated.place = self._is_of_rates, self._rank
        self._set_period(stated, clause, default)
        self.found.append(stated)

    def _take_numbers(self, clause: _Clause) -> None:
        """Read a clause with a number, or with a verb such as `doubled`."""
        own = self._own_words(clause)
        self._take_subject(clause, own)
        refused = self._refusal(clause)
        had_pending = self._follows_words
        self._pending, self._refused, self._follows_words = [], "", False
        self._take_manner(clause, own, had_pending=had_pending)
        if clause.multiple and not any(self._number(clause, place).unit == "ratio" for place in clause.numbers):
            self._add_multiple(clause, clause.multiple, refused)
        for order in range(len(clause.numbers)):
            self.found.append(self._numeric(clause, order, refused))
        if not self._subject:
            self._subject = clause.words
        if clause.extreme and self._subject:
            refused = refused or self._of_changes(clause)
            subject = [*self._subject, *(token for token in clause.words if token not in self._subject)]
            self._add_extreme(clause, subject, refused, self.paragraph_period)

    def _own_words(self, clause: _Clause) -> list[Token]:
        """Return the words that name a subject of this clause: those left over, and those before its first number.

        A verb of counting right before the number names nothing: `carried 2.3 million passengers`.
        """
        own = [*self._pending, *clause.before]
        if own:
            self._verb = None
        if not clause.numbers or not own:
            return own
        place = clause.numbers[0] - 1
        tokens = clause.tokens
        while place >= 0 and tokens[place].kind == "word" and _is_passed_over(tokens[place]):
            place -= 1
        if place < 0 or tokens[place] not in own:
            return own
        has_subject = len(own) > 1 or self._subject or any(token.is_word_of("pronouns") for token in tokens[:place])
        if not tokens[place].is_word_of("counting_verbs") or not has_subject:
            return own
        if tokens[place].is_word_of("winning") and not self._counts_what_is_won(clause):
            return own
        before = tokens[place - 1].low if place and tokens[place - 1].kind == "word" else ""
        is_noun = tokens[place].low.endswith("s") and before in ("of", "in", "the", "and")
        if is_noun:
            return own
        self._verb = tokens[place]
        others = [token for token in own if token is not tokens[place]]
        # What a verb alone continues is of the same subject: `Holm, the largest of four, carried 2.3 million`.
        return own if others or not self._subject else []

    def _counts_what_is_won(self, clause: _Clause) -> bool:
        """Whether what a clause counts is votes or the like, and not `won 235 customers`, which are those added."""
        behind = _next_to(clause.tokens[clause.numbers[0] + 1 :])
        return bool(behind) and behind[-1].stem in class_of("won_things")

    def _take_subject(self, clause: _Clause, own: list[Token]) -> None:
        first = clause.numbers[0] if clause.numbers else len(clause.tokens)
        has_pronoun = any(token.is_word_of("pronouns") for token in clause.tokens[:first])
        self._has_pronoun = has_pronoun
        if own and has_pronoun:
            # `Holm gained 28%, and its share was 22%`: of its own sentence, where that names something.
            own = [*(self._subject or self.carried), *own]
        if own:
            own = [*(token for token in self._scene if token not in own), *own]
            keeps = clause.has_change_noun and not clause.before and self._subject
            self._subject = self._subject if keeps else own
            if not clause.direction:
                self._direction = 0
        elif not self._subject and has_pronoun:
            self._subject = list(self.carried)
        if clause.direction:
            self._direction = clause.direction

    def _take_manner(self, clause: _Clause, own: list[Token], *, had_pending: bool) -> None:
        if not own or had_pending:
            self._is_together |= clause.is_together
        else:
            self._is_together = clause.is_together
        if clause.extreme or not had_pending:
            self._extreme, self._is_of_rates, self._rank = clause.extreme, clause.is_of_rates, clause.rank
        self._is_mean = clause.is_mean or (self._is_mean and had_pending)

    def _refusal(self, clause: _Clause) -> str:
        """Return why the numbers of a clause state nothing that can be looked up, "" if they may."""
        own = "" if self._names_parts_behind(clause) else clause.scope
        return self._refused or own or self._lasting or self._lists

    def _names_parts_behind(self, clause: _Clause) -> bool:
        """Whether the word of scope is `including` behind the first number, which is of the whole."""
        if not clause.scope.lower().startswith("includ") or not clause.numbers:
            return False
        return clause.scope_start > clause.tokens[clause.numbers[0]].start

    def _number(self, clause: _Clause, place: int) -> StatedNumber:
        number = clause.tokens[place].number
        assert number is not None
        return number

    def _add_multiple(self, clause: _Clause, verb: Token, refused: str) -> None:
        place = clause.tokens.index(verb)
        factor = multiples()[verb.low]
        subject = [token for token in clause.tokens[:place] if token.is_content] or list(self._subject)
        stated = Statement("multiple", "verb of multiple", verb.start, verb.end, verb.text, subject=subject)
        stated.factor, stated.refused = factor, refused
        stated.direction = 1 if factor > 1 else -1
        self._set_periods(stated, clause, place)
        self.found.append(stated)
        self._subject = self._subject or subject

    def _numeric(self, clause: _Clause, order: int, refused: str) -> Statement:
        """Return the statement of a number of a clause."""
        place = clause.numbers[order]
        number = self._number(clause, place)
        behind_scope = self._names_parts_behind(clause) and number.start > clause.scope_start
        tokens = clause.tokens
        left = tokens[clause.numbers[order - 1] + 1 if order else 0 : place]
        right = tokens[place + 1 : clause.numbers[order + 1] if order + 1 < len(clause.numbers) else len(tokens)]
        around = self._around(clause, order, number, left, right)
        rule = rule_for(around)
        stated = Statement("level", rule.id if rule else "level", number.start, number.end, number.text, number)
        stated.refused = clause.scope if behind_scope else refused
        if _OF_WHICH.match(self.text, number.end) and not _predicate(right):
            stated.refused = "of which"
        if left and left[-1].low in ("top", "number"):
            stated.refused = "a name"
        stated.subject = self._subject_of(clause, order, left)
        is_of_last = rule is not None and rule.role == "old" and not (order or clause.before)
        if is_of_last and self.found and self.found[-1].number is not None:
            stated.subject = list(self.found[-1].subject)  # `Holm had 40 and Aster 20, after 18`
            if self._names_another_since(self.found[-1], number):
                stated.refused = stated.refused or "another name stands before it"
        if self._stands_behind(clause, order, stated):
            self._take_subject_behind(stated, around, right)
        stated.is_of_pronoun |= self._has_pronoun
        self._take_surroundings(stated, clause)
        stated.direction, stated.turn = clause.direction and self._direction, clause.turn
        if rule is not None:
            self._apply(rule, stated, left, right)
        self._set_direction(stated, rule, around)
        if stated.operation == "level":
            is_elliptic = order == 0 and clause.verb is None and self._verb is None and bool(self.found)
            self._refine_level(stated, around, right, is_elliptic=is_elliptic)
        if stated.operation in ("rate", "change"):
            self._take_changed(stated, clause, around, right)
        if stated.operation in ("level", "share"):
            stated.predicate = _predicate(right) or (self._predicate if stated.role else [])
            self._predicate = stated.predicate
        else:
            stated.predicate = [token for token in self._predicate if token in stated.subject]
        if self._is_together and stated.operation in ("level", "share"):
            stated.is_together = True
            self._take_count(stated)
        stated.following = _following(number, right) or self._following
        self._following = stated.following
        if stated.operation == "share" or not stated.other:
            stated.behind = self._behind(clause, order, stated, around, right)
        self._set_periods(stated, clause, place)
        return stated

    def _names_another_since(self, last: Statement, number: StatedNumber) -> bool:
        """Whether a name that is not of a statement's subject stands between its number and another one."""
        own = {token.stem for token in last.subject}
        between = [token for token in self.tokens if last.end <= token.start < number.start]
        return any(token.is_content and token.text[:1].isupper() and token.stem not in own for token in between)

    def _stands_behind(self, clause: _Clause, order: int, stated: Statement) -> bool:
        """Whether what a number is of stands behind it, for nothing but other such numbers stands before it."""
        if clause.before:
            return False
        if not order:
            return not stated.subject
        return not stated.subject or stated.subject[0].start > clause.tokens[0].start

    def _take_subject_behind(self, stated: Statement, around: Around, right: Sequence[Token]) -> None:
        """Take the subject behind a number: `312 were very satisfied and 504 fairly satisfied`."""
        stated.subject = _behind_verb(right) or (_phrase(right) if _FOLLOWED_BY.match(around.behind) else [])
        if not around.is_first and not stated.subject:
            stated.refused = stated.refused or "what it is of stands behind it"
        stated.is_of_pronoun = not around.is_first

    def _take_surroundings(self, stated: Statement, clause: _Clause) -> None:
        """Take what the sentence, or the one before, says that no label need explain."""
        stated.verb = self._verb
        stated.measures = self._measures
        per = stated.number.quantity.unit.partition("/")[2] if stated.number else ""
        stated.times = {*self._times, *([per] if per in DURATIONS else [])}
        stated.is_beside_money = self._has_money
        stated.before = () if self._is_of_all else self.carried
        if clause.tokens[0].low in ("with", "at"):
            stated.asides = frozenset(self._asides)

    def _take_count(self, stated: Statement) -> None:
        """Take how many rows are meant, and which: `the five US airports together`."""
        for token, behind in pairwise(self.tokens):
            if token.low in NUMBER_WORDS:
                stated.count = NUMBER_WORDS[token.low]
                is_name = behind.kind == "word" and behind.text[:1].isupper()
                stated.counted = behind if is_name else None
                return

    def _around(
        self, clause: _Clause, order: int, number: StatedNumber, left: Sequence[Token], right: Sequence[Token]
    ) -> Around:
        words = _shown(left)
        return Around(
            before=_HEDGES_BEFORE.sub("", words).strip(),
            behind=_shown(right),
            unit=number.unit,
            changes=bool(clause.direction),
            has_direction=bool(self._direction),
            is_first=order == 0,
            has_subject_before=bool(clause.before),
        )

    def _subject_of(self, clause: _Clause, order: int, left: Sequence[Token]) -> list[Token]:
        """Return the subject of a number: that of the clause, or words of its own behind the number before."""
        number = self._number(clause, clause.numbers[order])
        subject = [*self._subject, *_words_within(number)]
        if not order:
            return subject
        is_behind_ratio = self._number(clause, clause.numbers[order - 1]).unit == "ratio"
        fresh = []
        has_begun = False
        of_another = self.found[-1].other if self.found else []  # `52 percent of thefts and 81 percent of assaults`
        for token in left:
            if not token.is_content:
                has_begun = True
            if token.is_content and token not in of_another and (has_begun or is_behind_ratio):
                fresh.append(token)
        words = _shown(left)
        if fresh and fresh[-1].is_word_of("counting_verbs"):
            self._verb = fresh[-1]  # `had 40 members and took in 900 euros`: of the same subject
            if len(fresh) == 1:
                return [*subject, *fresh]
        if not fresh or _OLD_AND_NEW.search(words):
            return subject
        if self._last_change:
            return [*subject, *fresh]  # `up 5% in May`, `lost 10 matches and conceded 36 goals`
        return fresh

    def _apply(self, rule: Rule, stated: Statement, left: Sequence[Token], right: Sequence[Token]) -> None:
        """Make of a number what its rule says."""
        operation = rule.operation
        if stated.is_percent and operation in ("change", "difference"):
            operation = "rate" if operation == "change" else "rate difference"
        stated.operation = cast(Operation, operation)
        stated.role = cast(Literal["", "old", "new"], rule.role)
        if rule.direction in ("up", "down"):
            stated.direction = 1 if rule.direction == "up" else -1
        if rule.second == "after than":
            self._take_compared(rule, stated, right)
        elif rule.second == "phrase":
            stated.other = _phrase(right)
            if not stated.subject:
                stated.subject = _behind_verb(right)
        elif rule.second == "share before":
            stated.subject = [token for token in stated.subject if token.stem != "share"]
        elif rule.second.startswith("around "):
            words = set(_filled_words(rule.second.removeprefix("around ")))
            place = max(index for index, token in enumerate(left) if token.low in words)
            own = [token for token in left[:place] if token.is_content]
            stated.subject = [*self._scene, *own] if own else list(self._subject)
            stated.other = [token for token in left[place + 1 :] if token.is_content]

    def _take_compared(self, rule: Rule, stated: Statement, right: Sequence[Token]) -> None:
        """Take the second operand behind `than`, `as` or `of`; without one, the comparison is over time."""
        if stated.operation == "multiple":
            stated.other = _after(right, ("as", "than", "that", "of")) or _phrase(right)
            stated.subject = list(self._subject)
            return
        than = next(place for place, token in enumerate(right) if token.low == "than")
        stated.other = _after(right, ("than",))
        compared = [token for token in right[:than] if token.is_content]
        stated.subject = [*self._subject, *(compared or self._counted)]  # `had 40 ships, 12 more than Aster`
        if not any(token.is_content for token in right[than:]):
            stated.operation = "rate" if stated.is_percent else "change"

    def _set_direction(self, stated: Statement, rule: Rule | None, around: Around) -> None:
        if stated.operation in _CHANGES:
            if rule is not None and rule.direction == "of the one before":
                stated.refused = stated.refused or self.found[-1].refused
                stated.direction = self._last_change or self._direction
            stated.direction = stated.direction or self._direction
            if not (rule is not None and rule.direction in ("up", "down")):
                if _HIGHER.match(around.behind):
                    stated.direction = 1
                if _LOWER.match(around.behind):
                    stated.direction = -1
            if rule is not None and rule.direction == "none":
                stated.direction = 0
            self._last_change = stated.direction
        if found := _UP_OR_DOWN.search(around.before):
            stated.direction = 1 if found[1] == "up" else -1

    def _refine_level(self, stated: Statement, around: Around, right: Sequence[Token], *, is_elliptic: bool) -> None:
        """Add the words behind a level to its subject; a mean, or an amount behind `by`, is none."""
        if re.search(r"\bby$", around.before) or (right and right[0].is_word_of("comparing")):
            stated.refused = stated.refused or "a difference"  # `312 below the record`
        if self._is_mean:
            stated.operation = "mean"
            return
        counted = _next_to(right)
        if counted and _is_turn(right[right.index(counted[-1]) + 1 :]):
            stated.refused = stated.refused or "those of whom something is said"  # `312 patients recovered`
        if not stated.role and _FOLLOWED_BY.match(around.behind):
            counted = [*counted, *_phrase(right)]
        if not stated.role:
            counted = [*counted, *(token for token in _phrase_behind_noun(right) if token not in counted)]
        if not counted and (stated.role or is_elliptic):
            # `To 655 pupils from 612`, `Holm sold 40 tickets, Aster 30`: what is counted is said once.
            counted = self._counted
        self._counted = counted
        stated.subject = [*stated.subject, *(token for token in counted if token not in stated.subject)]

    def _take_changed(self, stated: Statement, clause: _Clause, around: Around, right: Sequence[Token]) -> None:
        """Take the subject behind `an increase in`."""
        if stated.refused:
            return
        if _CHANGE_IN.match(around.behind):
            stated.subject = [*clause.before, *_phrase(right[2:])]
        elif clause.has_change_noun and _IN.match(around.behind) and _phrase(right[1:]):
            stated.subject = [*clause.before, *_phrase(right[1:])]
        elif stated.operation == "change":
            # What is counted names the measure: `lost 900 visitors`, `teaches 982 pupils, 77 more`.
            counted = _next_to(right) or self._counted
            stated.subject = [*stated.subject, *(token for token in counted if token not in stated.subject)]

    def _behind(
        self, clause: _Clause, order: int, stated: Statement, around: Around, right: Sequence[Token]
    ) -> list[Token]:
        """Return the words of content behind a number that are not of its subject."""
        found = []
        for token in right:
            if token.kind == "mark":
                break
            if token.is_content and token not in (*stated.subject, *stated.other):
                found.append(token)
        has_next = order + 1 < len(clause.numbers)
        if has_next and found and not _JOINED.search(around.behind):
            beside = _next_to(right)
            found = [token for token in found if token in beside]
        return found

    # Periods

    def _set_periods(self, stated: Statement, clause: _Clause, place: int) -> None:
        """Set which period a number is of and, for a change, against which it is."""
        if stated.is_of_change:
            self._set_compared_periods(stated, clause)
        else:
            self._set_own_period(stated, clause, place)
        if not stated.subject and any(token.is_word_of("pronouns") for token in self.tokens):
            stated.subject = list(self.carried)

    def _set_compared_periods(self, stated: Statement, clause: _Clause) -> None:
        stated.refused = stated.refused or _no_change_of_years(stated, clause)
        tokens: Sequence[Token] = clause.tokens
        if not clause.periods:
            tokens = [token for token in self.tokens if token.start <= stated.start]
        named = [token.period for token in tokens if token.period is not None]
        words = _shown(tokens)
        if _FROM_TO.search(words) and len(named) >= 2:
            stated.base, stated.period = sorted(named[:2])
            stated.names_period = True
            return
        against = _AGAINST.search(words)
        if against and len(named) == 1 and not _AGAINST_NUMBER.search(words):
            stated.base, stated.names_period = named[0], True
            later = [period for period in self.periods if period > named[0]]
            stated.period = later[-1] if later else None
            return
        if against and len(named) == 2:
            stated.period, stated.base, stated.names_period = max(named), min(named), True
            return
        if (own := self._period_right_behind(stated)) is not None:
            stated.period, stated.names_period = own, True
            return
        if len(named) == 1 and named[0] not in self._own_periods:
            stated.base, stated.names_period = named[0], True  # `to 40 from 42 in 2022, a fall of 5%`
            return
        # `two years ago it was 845, an increase of 17.2%`
        before = [] if clause.periods else [token for token in self.tokens if token.start < stated.start]
        apart = next((token.years for token in (*clause.tokens, *before) if token.kind == "years apart"), 0)
        if apart:
            stated.years_back = apart
        elif any(token.kind in ("a year before", "last year") for token in clause.tokens):
            stated.years_back = 1
        self._set_latest(stated, named)

    def _set_latest(self, stated: Statement, named: Sequence[Period]) -> None:
        if len(set(named)) == 1:
            stated.period, stated.names_period = named[0], True
        elif not named and len(set(self.periods)) == 1:
            stated.period, stated.names_period = self.periods[0], True
        elif named:
            stated.period = max(named)
        else:
            stated.period = max(self.periods) if self.periods else self.paragraph_period

    def _period_right_behind(self, stated: Statement) -> Period | None:
        """Return the period right behind a change, which is its own: `by 38% in 2023 and by half in 2024`."""
        behind = [token for token in self.tokens if token.start >= stated.end][:2]
        own = next((token.period for token in behind if token.period is not None), None)
        return own if own is not None and behind[0].low == "in" else None

    def _period_before(self, number: Token) -> Period | None:
        """Return the period right before a number: `in 2023 it was 90`, `(2023: 9,900)`."""
        for token in reversed(self.tokens[: self.tokens.index(number)]):
            if token.period is not None:
                return token.period
            if not (token.low == ":" or token.is_word_of("after_a_period")):
                return None
        return None

    def _is_of_number_before(self, number: Token) -> bool:
        """Whether the last period before a number stands behind another number, of which it is."""
        before = self.tokens[: self.tokens.index(number)]
        kinds = [token.kind for token in before if token.kind in ("period", "number")]
        return kinds[-2:] == ["number", "period"]

    def _period_before_colon(self, number: Token) -> Period | None:
        """Return the period that a colon gives to the number behind it."""
        place = self.tokens.index(number)
        is_behind_colon = place > 0 and self.tokens[place - 1].low == ":"
        return self._period_before(number) if is_behind_colon else None

    def _set_own_period(self, stated: Statement, clause: _Clause, place: int) -> None:
        if any(token.kind == "last year" for token in self.tokens):
            return  # of the newest year or the one before: the words leave it open
        if any(map(_is_back, self.tokens)):
            stated.refused = stated.refused or "some years ago, or now"
            return
        number = clause.tokens[place]
        following = _first(clause.tokens[place + 1 : place + _PERIOD_WITHIN], ("period", "number", "a year before"))
        latest = max(self._own_periods) if self._own_periods else self.paragraph_period
        is_a_year_before = following is not None and following.kind == "a year before"
        if is_a_year_before and self._period_before_colon(number) is None:
            stated.period, stated.years_back, stated.names_period = latest, 1, True
        elif (named := self._named_period(number, following, stated.role)) is not None:
            stated.period, stated.names_period = named, True
        elif not self._own_periods and stated.role != "new":
            stated.period = self.paragraph_period
            stated.base = self.periods[0] if len(self.periods) == 1 else None
        if stated.role == "old" and not stated.names_period:
            ends = sorted(set(self.periods)) if _FROM_TO.search(_shown(self.tokens)) else []
            if len(ends) == 2:  # `between 2015 and 2022 it went from 100.0 to 137.5`
                stated.period, stated.names_period = ends[0], True
            else:
                stated.period, stated.years_back = latest, 1
                stated.is_start_open = self._names_years_apart or not self._own_periods
                if self._looked_back_before(number):
                    stated.refused = stated.refused or "an earlier time stands before both numbers"
        self._set_periods_of_mean(stated, clause)
        is_of_span = self._names_years_apart or _SPAN.search(_shown(self.tokens))
        if is_of_span and stated.operation in ("level", "share") and not stated.role:
            stated.refused = stated.refused or "several periods"

    @property
    def _names_years_apart(self) -> bool:
        return any(token.kind == "years apart" for token in self.tokens)

    def _looked_back_before(self, number: Token) -> bool:
        """Whether two levels are of the year before: `a year before Holm led Aster, with 40 against 30`."""
        is_behind_level = bool(self.found) and self.found[-1].number is not None and not self.found[-1].role
        return is_behind_level and any(
            token.kind == "a year before" and token.start < number.start for token in self.tokens
        )

    def _named_period(self, number: Token, following: Token | None, role: str) -> Period | None:
        """Return the period that the sentence names for a number: the nearest, else the only one, None for none."""
        if (period := self._period_before_colon(number)) is not None:
            return period
        if following is not None and following.period is not None:
            return following.period
        if (period := self._period_before(number)) is not None:
            return period
        is_open = role == "old" or (role == "new" and self._is_of_number_before(number))
        return self._own_periods[0] if len(set(self._own_periods)) == 1 and not is_open else None

    def _set_periods_of_mean(self, stated: Statement, clause: _Clause) -> None:
        named = clause.periods or self.periods
        if stated.operation == "mean" and len(named) == 2:
            stated.base, stated.period = min(named), max(named)


_PERIOD_WITHIN = 10
"""Tokens behind a number among which its period stands, if no other number comes first."""
_BESIDE_OLD = r"from|compared (?:to|with)|versus|vs|against"
"""Words before what something is compared with, whatever it is."""
_FROM_TO = re.compile(r"(?:from|between) (?:\w+ ){0,2}<period> (?:to|and|through|until) (?:\w+ ){0,2}<period>")
_NO_MONTHS = ("quarter", "quarters", "per", "end", "start")
"""Words for times beside which a change is still one between the periods of a table."""
_SPAN = re.compile(rf"{_FROM_TO.pattern}|since (?:\w+ ){{0,2}}<period>|year (?:to|until) (?:\w+ ){{0,2}}<period>")
_AGAINST = re.compile(
    rf"(?:{_BESIDE_OLD}|over|on|since|than(?! (?:half|an?|twice|<number>) )|as(?= in)|below|above|under) "
    r"(?:\w+ ){0,4}<period>"
)
_AGAINST_NUMBER = re.compile(rf"(?:{_BESIDE_OLD}) (?:\w+ ){{0,3}}<number>")


def _periods_of_levels(tokens: Sequence[Token]) -> list[Period]:
    """Return the periods that a sentence names, without those that something is compared with."""
    found = []
    for place, token in enumerate(tokens):
        # A period before a colon is that of the number behind it: `sold 9,300 loaves (2023: 9,900)`.
        is_ahead = place + 1 < len(tokens) and tokens[place + 1].low == ":"
        if token.period is not None and not is_ahead and not _is_of_base(tokens, place):
            found.append(token.period)
    return found


def _is_of_base(tokens: Sequence[Token], place: int) -> bool:
    """Whether a period, or the number that it is of, is what something is compared with: `against 31 in 2022`."""
    before = [each.low for each in tokens[max(0, place - 3) : place] if each.low != "the"][-2:]
    if not class_of("before_a_base").isdisjoint(before):
        return True
    for number in range(place - 1, max(place - 2 * _PERIOD_WITHIN, -1), -1):
        if tokens[number].kind == "period" or tokens[number].low in _CUTTING:
            return False
        if tokens[number].kind == "number":
            words = _shown(tokens[max(0, number - _PERIOD_WITHIN) : number])
            if re.search(r"\bor$", words):
                continue  # the same in another unit: `from 382 million, or 17.7% of sales, in 2018`
            return _BEFORE_OLD.search(_HEDGES_BEFORE.sub("", words)) is not None
    return False


_CUTTING = (";", ":", "(")
_BEFORE_OLD = re.compile(rf"\b(?:{_BESIDE_OLD}|after|relative to|up on|down on|than)$")


def _first(tokens: Iterable[Token], kinds: Sequence[str]) -> Token | None:
    return next((token for token in tokens if token.kind in kinds), None)


def _shown(tokens: Iterable[Token]) -> str:
    return " ".join(token.shown for token in tokens)


def _is_passed_over(token: Token) -> bool:
    return token.is_word_of("passed_over") or token.is_word_of("change_nouns")


def _filled_words(names: str) -> list[str]:
    """Return words, and those of the classes in braces among them."""
    words: list[str] = []
    for name in names.split():
        words += class_of(name[1:-1]) if name.startswith("{") else [name]
    return words


def _words_within(number: StatedNumber) -> list[Token]:
    """Return the words of a number's own text that name what it counts: `12 hospitals`."""
    found = []
    for match in re.finditer(r"[A-Za-z]{4,}", number.text):
        token = Token("word", match[0], number.start, number.end, match[0].lower())
        if token.is_content and not token.is_word_of("number_words"):
            found.append(token)
    return found


def _following(number: StatedNumber, tokens: Sequence[Token]) -> list[Token]:
    """Return the words of a number's own text, and those behind it up to what joins something else."""
    found = []
    for match in re.finditer(r"[A-Za-z]+", number.text):
        found.append(Token("word", match[0], number.start, number.end, match[0].lower()))
    for token in takewhile(lambda token: token.kind == "word" and token.low not in _JOINING, tokens):
        found.append(token)
    return found


_JOINING = ("and", "or", "as", "than", "of", "in", "for", "from", "to", "on", "at", "by", "with")


def _next_to(tokens: Sequence[Token]) -> list[Token]:
    """Return the words of content right behind a number."""
    found = []
    for token in tokens:
        if token.is_content:
            found.append(token)
        elif not (token.kind == "mark" and token.low in "'’-\""):
            break
    return found


def _no_change_of_years(stated: Statement, clause: _Clause) -> str:
    """Return why a change is none from one year, quarter or half to another, "" where it may be."""
    if stated.number is not None and "/" in stated.number.quantity.unit:
        return "a change each year"
    if any(token.is_word_of("times") and token.low not in _NO_MONTHS for token in clause.tokens):
        return "a change between months"  # `from June to July 2024`
    return ""


def _is_turn(behind: Sequence[Token]) -> bool:
    """Whether a verb of change comes next."""
    return bool(behind) and _is_verb(behind[0]) and behind[0].low in directions()


def _behind_verb(tokens: Sequence[Token]) -> list[Token]:
    """Return the words of content behind a verb of level: `12% of all passengers were in Holm`."""
    verb = next((place for place, token in enumerate(tokens) if token.is_word_of("level_verbs")), len(tokens))
    return [token for token in tokens[verb:] if token.is_content]


def _predicate(tokens: Sequence[Token]) -> list[Token]:
    """Return the words of content behind a copula in the words right behind a number: `children were vaccinated`."""
    words = list(takewhile(lambda token: token.kind == "word", tokens))
    place = next((place for place, token in enumerate(words) if token.low in _COPULAS), len(words))
    said = dropwhile(lambda token: not token.is_content, words[place + 1 :])
    return list(takewhile(lambda token: token.is_content, said))


_RELATIVE = ("where", "who", "whose")
_COPULAS = ("is", "are", "was", "were")


def _phrase(tokens: Sequence[Token]) -> list[Token]:
    """Return the words of content of the phrase behind: up to a number, a mark or a verb."""
    found: list[Token] = []
    for token in tokens:
        if token.kind == "mark" and token.low in "&'’-":
            continue
        if token.kind != "word":
            break
        if found and token.is_word_of("ends_of_phrases"):
            break
        if token.is_word_of("level_verbs") and token.low != "total":
            break
        if token.is_content:
            found.append(token)
    return found


def _phrase_behind_noun(tokens: Sequence[Token]) -> list[Token]:
    """Return the words of content of the phrase behind what is counted: `dwellings in Bergen`."""
    nouns = _next_to(tokens)
    if not nouns:
        return []
    place = tokens.index(nouns[-1]) + 1
    return _phrase(tokens[place:]) if place < len(tokens) and tokens[place].low in _OF_PLACES else []


_OF_PLACES = ("in", "at", "on", "from", "of", "for", "by")
"""Words before where those are that are counted."""


def _after(tokens: Sequence[Token], marks: Sequence[str]) -> list[Token]:
    """Return the words of content behind the first of some words; `than` comes first."""
    lows = [token.low for token in tokens]
    place = lows.index("than") if "than" in lows else next((i for i, low in enumerate(lows) if low in marks), None)
    if place is None:
        return []
    found: list[Token] = []
    for token in tokens[place + 1 :]:
        is_joint = token.kind == "mark" and token.low in "&'’/-"
        if token.kind in ("number", "period", "mark") and not is_joint:
            break
        if found and token.low == "in":
            break
        if token.is_content:
            found.append(token)
    return found


def _pair_respectively(found: Sequence[Statement], tokens: Sequence[Token]) -> None:
    """Pair a list of numbers with an equally long list of periods behind it: `$5 and $4 in 2019 and 2018`."""
    numbers = [each for each in found if each.number is not None]
    periods = [token.period for token in tokens if token.period is not None]
    if len(numbers) < 2 or len(periods) < 2 or any(each.operation != "level" or each.role for each in numbers):
        return
    follows = all(token.start > numbers[-1].start for token in tokens if token.period is not None)
    listed = [each for each in numbers if each.refused == "respectively" or (follows and not each.refused)]
    if len(listed) < len(numbers) or not len(listed) == len(periods) == len(set(periods)):
        for each in listed:
            each.refused = each.refused or "several periods"
        return
    for each, period in zip(listed, periods, strict=True):
        each.refused, each.years_back = "", None
        each.period, each.names_period = period, True
        each.subject = list(listed[0].subject)


def _times_in(tokens: Sequence[Token], sentence: Sentence) -> frozenset[str]:
    """Return the times that a sentence names, as in `Statement.times`; the last of December stands for its year."""
    text = sentence.block.text
    a_fourth = pattern("a_fourth")
    times = {token.stem for token in tokens if token.is_word_of("times") and not a_fourth.match(text, token.start)}
    for token in tokens:
        month = token.period.part if token.period else ""
        if month.isalpha() and not _LAST_DAY.search(text, sentence.start, token.end):
            ends_year = _YEAR_ENDED.search(text, sentence.start, token.start)
            times.add(f"{YEAR_TO if ends_year else ''}{token.text.split()[0].lower()}")
        if token.period and token.text.isdigit() and not _FISCAL.search(text, sentence.start, token.start):
            times.add("year")
    if pattern("present").search(text, sentence.start, sentence.end):
        times.add("now")
    return frozenset(times)


_FISCAL = re.compile(r"\b(?:fiscal|financial|FY)(?: years?)?(?: ended| ending)? ?$")
_YEAR_ENDED = re.compile(r"\b(?:years?|(?:twelve|12) months) (?:ended|ending|to)(?: on)? $")
_LAST_DAY = re.compile(r"(?<!\b[Oo]n )(?:\bDec(?:ember|\.)? 31(?:st)?,?|\b31(?:st)? Dec(?:ember|\.)?) \d{4}$")


def _refuse_flows(found: Sequence[Statement], tokens: Sequence[Token]) -> None:
    """Refuse changes beside those in the other direction: `gained 176 and lost 40`, `hired 60 and lost 40`."""
    changes = [each for each in found if each.operation in ("change", "direction") and each.subject]
    has_additions = any(token.is_word_of("adding") for token in tokens)
    for each in changes:
        others = [other for other in changes if other.subject[0] is each.subject[0] and other.period == each.period]
        if has_additions or any(other.direction == -each.direction for other in others):
            each.refused = each.refused or "what was gained and what was lost"


def _is_back(token: Token) -> bool:
    """Whether a token leads some years back, as `two years ago` does; `over two years` is how long a change takes."""
    return token.kind == "years apart" and token.text.lower().endswith(("ago", "before", "earlier"))
