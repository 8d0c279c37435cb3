"""What `--fail-on` counts: outcomes, those that they cover, and how far off they must be."""

from __future__ import annotations

import pytest

from tidebook.pipelines.commands.outcomes import unwanted_of, unwanted_words
from tidebook.pipelines.read.errors import InputError

FOUND = [
    ("wrong", "minor"),
    ("wrong", "moderate"),
    ("wrong", "grave"),
    ("outdated", "minor"),
    ("depends", ""),
    ("right", ""),
]


@pytest.mark.parametrize(
    ("given", "counted"),
    [
        ("wrong", "2 wrong"),  # minor ones are left out
        ("wrong:minor", "3 wrong"),
        ("wrong:grave", "1 wrong"),
        ("outdated", ""),
        ("outdated:minor", "1 outdated"),
        ("depends", "1 depends"),
        ("wrong, depends", "2 wrong, 1 depends"),
        ("void", ""),
    ],
)
def test_minor_ones_count_only_where_they_are_asked_for(given: str, counted: str) -> None:
    assert unwanted_words(unwanted_of(given), FOUND) == counted


def test_wrong_covers_what_contradicts_itself_and_what_drifted() -> None:
    found = [("contradicts itself", "minor"), ("contradicts itself", "grave"), ("drifted", "")]
    assert unwanted_words(unwanted_of("wrong"), found) == "1 contradicts itself, 1 drifted"
    assert unwanted_words(unwanted_of("wrong:minor"), found) == "2 contradicts itself, 1 drifted"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("wrong:tiny", "one of the severities minor, moderate or grave"),
        ("depends:minor", "no severity: only wrong, outdated and contradicts itself have one"),
        ("wrnog:minor", "did you mean wrong?"),
    ],
)
def test_a_word_that_is_not_an_outcome_or_severity_is_refused(given: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected.replace("?", r"\?")):
        unwanted_of(given)
