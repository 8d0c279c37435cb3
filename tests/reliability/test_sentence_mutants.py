"""Single edits of the sentences around quotations: each is told, with the right kind; harmless ones are notes."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tidebook.pipelines.graph.graph import graph_with
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.steps.text import Expressions, meant_by_claim
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.judge.rereading import REREAD, SENTENCE, other_words, sentence_state, words_digest
from tidebook.pipelines.judge.sentences import Meant, contradiction

HERE = Path(__file__).parents[2]
EXAMPLES = ("energy", "marathon", "measles")
COUNT, HARMLESS, SEED = 300, 100, 55
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
WORD = re.compile(r"\b[a-z]{4,}\b")
COUNTRIES = {"Britain": "Italy", "Spain": "Poland", "Denmark": "Norway", "British": "Italian"}
CODES = {
    "Britain": "gbr",
    "British": "gbr",
    "Spain": "esp",
    "Denmark": "dnk",
    "Italy": "ita",
    "Poland": "pol",
    "Norway": "nor",
    "Italian": "ita",
}


class Sentence(NamedTuple):
    """A bound sentence in three parts, and what its claim means."""

    before: str
    words: str
    behind: str
    meant: Meant


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> list[Sentence]:
    """Return the bound sentences of the examples."""
    found = []
    for name in EXAMPLES:
        place = tmp_path_factory.mktemp(name)
        graph = graph_with(HERE / "examples" / name, None, None).up_to("text_sentences")
        run = Run(graph, Store(place / "store"), place / "out")
        run.execute(RunObserver())
        loaded = (run.load(f"declared/{each}") for each in ("interpretations", "formulas", "evidence"))
        meant = meant_by_claim(Expressions(*loaded, run.table("figures")))
        for quote_id, around in run.load("declared/text_as_read").around.items():
            if quote_id.startswith("claims/"):
                found.append(Sentence(around.before, around.words, around.behind, meant.get(quote_id, Meant())))
    return found


def told(sentence: Sentence, before: str, behind: str) -> str:
    """Return the kind of finding on a sentence whose words around the quotation are others."""
    was = other_words(sentence.before, sentence.behind)
    against = contradiction(before, sentence.words, behind, sentence.meant)
    now = other_words(before, behind)
    return sentence_state(against, was, words_digest(now), now)[0]


def is_against(kind: str, sentence: Sentence, before: str, behind: str) -> bool:
    """Whether an edit makes a sentence say what its claim is not judged by, told by the words of the sentence alone."""
    if kind == "negation":
        return True
    whole = f"{before} {sentence.words} {behind}"
    if kind in ("year", "word") and sentence.meant.years:  # "since 2019" without its "since" names a year
        first = min(start for start, _ in sentence.meant.years)
        last = max(end for _, end in sentence.meant.years)
        said = [int(year) for year in YEAR.findall(whole)]
        opens = re.search(r"\b(?:since|from|after|until|till|by|before|to) (?:19|20)\d\d", whole, re.IGNORECASE)
        return bool(said) and not opens and not any(first <= year <= last for year in said)
    if kind == "name":
        own = sentence.meant.taken.get("country", frozenset())
        named = {code for name, code in CODES.items() if name in whole}
        return bool(own) and own.isdisjoint(named)
    return False


def edits(sentence: Sentence, chance: random.Random) -> list[tuple[str, str, str]]:
    """Return edits of a sentence, each with its kind and its two new parts."""
    made = []
    for side in (0, 1):
        parts = [sentence.before, sentence.behind]

        def put(kind: str, text: str, side: int = side, parts: list[str] = parts) -> None:
            new = list(parts)
            new[side] = text
            made.append((kind, *new))

        for match in YEAR.finditer(parts[side]):
            year = str(int(match[0]) + chance.choice((-7, -3, -2, 4, 9)))
            put("year", parts[side][: match.start()] + year + parts[side][match.end() :])
        for name, other in COUNTRIES.items():
            if name in parts[side]:
                put("name", parts[side].replace(name, other))
        for match in WORD.finditer(parts[side]):
            word = chance.choice(("coal", "harbour", "quietly", "seven", "yellow"))
            put("word", parts[side][: match.start()] + word + parts[side][match.end() :])
        put("negation", f"{parts[side]} never".strip())
        put("negation", f"not {parts[side]}".strip())
    return made


def test_each_of_300_single_edits_is_told_with_the_right_kind(sentences: list[Sentence]) -> None:
    chance = random.Random(SEED)
    every = [(sentence, edit) for sentence in sentences for edit in edits(sentence, chance)]
    chosen = (every * (COUNT // len(every) + 1))[:COUNT] if len(every) < COUNT else chance.sample(every, COUNT)
    wrong = []
    for sentence, (kind, before, behind) in chosen:
        found = told(sentence, before, behind)
        if found != (SENTENCE if is_against(kind, sentence, before, behind) else REREAD):
            wrong.append((kind, before, behind, found))
    assert not wrong, wrong[:5]


HARMLESS_EDITS = (
    lambda text: f"{text} too".strip(),
    lambda text: text.replace("came", "stemmed").replace("have", "had"),
    lambda text: f"as it seems, {text}".strip(", "),
    lambda text: re.sub(r"\bthe\b", "this", text),
    lambda text: text.replace(",", " ,"),
)


def test_of_100_harmless_rewordings_none_is_more_than_a_note(sentences: list[Sentence]) -> None:
    chance = random.Random(SEED)
    for _ in range(HARMLESS):
        sentence, edit = chance.choice(sentences), chance.choice(HARMLESS_EDITS)
        found = told(sentence, edit(sentence.before), edit(sentence.behind))
        assert found in ("", REREAD), (sentence, found)


TYPOGRAPHY = str.maketrans({"'": "’", "-": "\u2011", " ": "\u00a0", "—": " – ", "“": '"', "”": '"'})


def test_typography_alone_is_told_of_no_sentence(sentences: list[Sentence]) -> None:
    assert len(sentences) > 20
    for sentence in sentences:
        assert told(sentence, *(part.translate(TYPOGRAPHY) for part in (sentence.before, sentence.behind))) == ""
