"""Keys of evidence that expressions name and no row has: a typo, an absent country, or another column than was meant.

Belongs here: finding them, with the keys that are nearest. Does not: values that are missing in a period, which is a
gap (`evidence_values`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from tidebook.pipelines.evaluate.declared import Formulas
from tidebook.pipelines.evaluate.expressions import ExpressionError, nodes
from tidebook.pipelines.evaluate.lookups import ALL, Lookup
from tidebook.pipelines.read.errors import nearest_names
from tidebook.pipelines.read.evidence_tables.countries import country
from tidebook.pipelines.read.evidence_tables.files import known_keys
from tidebook.pipelines.read.evidence_tables.series import EvidenceTables
from tidebook.pipelines.read.formatting import joined, listed
from tidebook.pipelines.read.rawfile import RawFile

NAMED_KEYS = 3
"""Maximum absent keys that an error names."""


def unknown_keys(
    formulas: Formulas,
    evidence: EvidenceTables,
    there: Mapping[str, Mapping[str, Collection[str]]],
    file: Callable[[str], RawFile],
    *,
    fail: bool,
) -> Iterator[ExpressionError]:
    """Yield each part of an expression that names keys which no row of a series has, with those that are nearest.

    It fails where no row has any key that expressions name, as if the column were another one; a column of countries
    may lack some that are countries. Any other is to be warned of: what it looks up is missing.

    Args:
        formulas: the metrics and references.
        evidence: the declared evidence.
        there: the texts of keys in the rows that were read, by series and key.
        file: returns a file by its path; it is called only for files in which a key may be missing.
        fail: which of the two are wanted.
    """
    lookups = [node for formula in formulas.values() for node in nodes(formula.root) if node.kind == "lookup"]
    asked: dict[tuple[str, str], dict[str, None]] = {}
    for node in lookups:
        for key, texts in _named_keys(node.value, evidence):
            asked.setdefault((node.value.series, key), {}).update(dict.fromkeys(texts))
    known: dict[tuple[str, str], set[str]] = {}
    for (name, key), named in asked.items():
        if not named.keys() <= set(there[name].get(key, ())):
            series = evidence.series[name]
            known[name, key] = {each for _, path in series.files for each in known_keys(series, file(path), key)}
    for node in lookups:
        name = node.value.series
        for key, texts in _named_keys(node.value, evidence):
            own = known.get((name, key), set(texts))
            absent = [text for text in texts if text not in own]
            is_place = key == evidence.series[name].place
            if absent and fail == _is_another_column(asked[name, key], own, is_place):
                of_several = f", which has no {listed(absent, NAMED_KEYS)}" if len(texts) > 1 else ""
                nearest = joined(nearest_names(absent[0], sorted(own)), "or") or "none, as it has no row"
                yield ExpressionError(node.place, f"a {key} of {name}{of_several}: the nearest are {nearest}")


def _named_keys(lookup: Lookup, evidence: EvidenceTables) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield each key beside the time of which a lookup names texts, with these."""
    for key, texts in zip(evidence.series[lookup.series].keys, lookup.keys, strict=True):
        if key != lookup.time and texts != (ALL,):
            yield key, texts


def _is_another_column(asked: Collection[str], known: Collection[str], is_place: bool) -> bool:
    """Whether a column has none of the texts that are asked of it, and these are not just other countries than its."""
    if any(text in known for text in asked):
        return False
    return not (is_place and all(map(country, asked)) and any(map(country, known)))
