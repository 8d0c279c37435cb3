"""The cache of a step: parts are computed once while what they depend on stays, and never read from a damaged file."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tidebook.pipelines.evaluate import step_cache
from tidebook.pipelines.evaluate.step_cache import StepCache, seal_of


class Doubling:
    """Doubles numbers, and notes which it was asked for at once."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def __call__(self, parts: Sequence[int]) -> dict[int, Any]:
        self.asked.append(list(parts))
        return {part: 2 * part for part in parts}


def keys(*parts: int) -> dict[int, str]:
    return {part: f"key of {part}" for part in parts}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "step" / "cache.json"


def test_what_is_not_known_is_computed_all_at_once_in_the_order_asked(path: Path) -> None:
    double, cache = Doubling(), StepCache(path)
    assert list(cache.gather(keys(3, 1, 2), double).items()) == [(3, 6), (1, 2), (2, 4)]
    assert cache.gather(keys(2, 5, 1, 4), double) == {2: 4, 5: 10, 1: 2, 4: 8}
    assert double.asked == [[3, 1, 2], [5, 4]]


def test_nothing_is_computed_for_nothing(path: Path) -> None:
    double = Doubling()
    assert StepCache(path).gather({}, double) == {}
    assert double.asked == []


def test_the_next_process_computes_only_what_is_new(path: Path) -> None:
    double = Doubling()
    first = StepCache(path)
    first.gather(keys(1, 2), double)
    first.save()
    assert StepCache(path).gather({1: "key of 1", 2: "another key", 3: "key of 3"}, double) == {1: 2, 2: 4, 3: 6}
    assert double.asked == [[1, 2], [2, 3]]


def test_a_result_goes_by_its_key_whichever_part_has_it(path: Path) -> None:
    double, cache = Doubling(), StepCache(path)
    cache.gather({1: "the same"}, double)
    assert cache.gather({7: "the same"}, double) == {7: 2}
    assert double.asked == [[1]]


def test_results_of_other_code_are_not_used(path: Path) -> None:
    double = Doubling()
    for code in ("one", "another", "one"):
        cache = StepCache(path, code)
        assert cache.gather(keys(1), double) == {1: 2}
        cache.save()
    assert double.asked == [[1], [1]]


def test_without_a_path_nothing_outlives_the_process() -> None:
    double = Doubling()
    for _ in range(2):
        cache = StepCache()
        cache.gather(keys(1), double)
        cache.save()
    assert double.asked == [[1], [1]]


def test_a_computed_result_is_what_would_be_read_back(path: Path) -> None:
    given = {"values": (1, 2.5), "none": None, "nan": math.nan, "text": "–", "far": math.inf, "small": 1e-300}
    first = StepCache(path)
    (computed,) = first.gather({"a": "k"}, lambda parts: {"a": given}).values()
    first.save()
    (read,) = StepCache(path).gather({"a": "k"}, lambda parts: {}).values()
    assert repr(computed) == repr(read) == repr({**given, "values": [1, 2.5]})


def test_a_result_that_json_cannot_hold_is_an_error(path: Path) -> None:
    cache = StepCache(path)
    with pytest.raises(TypeError):
        cache.gather({"a": "k"}, lambda parts: {"a": {1, 2}})
    cache.save()
    assert not path.exists()


def test_nothing_is_written_where_nothing_is_new(path: Path) -> None:
    double = Doubling()
    StepCache(path).save()
    assert not path.exists()
    first = StepCache(path)
    first.gather(keys(1, 2), double)
    first.save()
    before = path.stat().st_ino
    again = StepCache(path)
    again.gather(keys(2), double)
    again.save()
    assert path.stat().st_ino == before


def test_of_too_many_those_used_longest_ago_are_forgotten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_cache, "MOST", 3)
    double = Doubling()
    for parts in ((1, 2), (3,), (4, 2)):
        cache = StepCache(path)
        cache.gather(keys(*parts), double)
        cache.save()
    assert double.asked == [[1, 2], [3], [4]]
    assert len(results(path)) == 3
    last = StepCache(path)
    last.gather(keys(2, 3, 4), double)
    assert double.asked == [[1, 2], [3], [4]]
    last.gather(keys(1), double)
    assert double.asked == [[1, 2], [3], [4], [1]]


def test_what_another_process_has_saved_meanwhile_stays(path: Path) -> None:
    double = Doubling()
    first, second = StepCache(path), StepCache(path)
    for number, cache in enumerate((first, second)):
        cache.gather(keys(number), double)
        cache.save()
    StepCache(path).gather(keys(0, 1), double)
    assert double.asked == [[0], [1]]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def record(results: object, seal: str = "") -> bytes:
    text = json.dumps(results).encode()
    return (seal.encode() or seal_of(text)) + b"\n" + text


def results(path: Path) -> dict[str, Any]:
    """Return the results in a file, whose seal is right."""
    found: dict[str, Any] = json.loads(path.read_bytes().partition(b"\n")[2])
    assert path.read_bytes() == record(found)
    return found


FULL = sha256(b" key of 1")


def test_the_file_as_it_is_written_is_read(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(record({FULL: 99}))
    assert StepCache(path).gather(keys(1), Doubling()) == {1: 99}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{}",
        pytest.param(b"[" * 100_000, id="deep"),
        record({FULL: 99})[:-2],
        record({FULL: 99}, "0" * 64),
        record({FULL: 99}).replace(b"99", b"98"),
        record([99]),
        record(None),
        b'{"digest": "0", "results": {}}',  # as older code wrote it
    ],
)
def test_a_damaged_file_is_none_and_is_repaired_by_the_next_build(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    double, cache = Doubling(), StepCache(path)
    assert cache.gather(keys(1), double) == {1: 2}
    assert double.asked == [[1]]
    cache.save()
    assert results(path) == {FULL: 2}


def test_a_folder_in_the_place_of_the_file_is_none(path: Path) -> None:
    path.mkdir(parents=True)
    assert StepCache(path).gather(keys(1), Doubling()) == {1: 2}
