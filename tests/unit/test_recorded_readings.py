"""What language models read of texts, without sight of a number, and what is judged by it now."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.readings import READERS, RECORDED, recorded, request_of, score_of

TEXTS = sorted(RECORDED.glob("*/*"))


@pytest.mark.parametrize("folder", TEXTS, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_a_recorded_reply_is_to_the_request_of_its_text(folder: Path) -> None:
    asked = request_of(folder).request
    for reader in READERS:
        first = (folder / f"{reader}.jsonl").read_text("utf-8").split("\n", 1)[0]
        assert json.loads(first)["request"] == asked


def test_two_readers_of_a_text_find_its_slips_and_accuse_nothing_right() -> None:
    replies = next(replies for folder, replies in recorded("text").items() if Path(folder).name == "09")
    score = score_of(Path(TEXTS[0].parent.parent, "text", "09"), replies, has_mirror=False)
    assert (score.found.total(), score.slips.total(), score.accused) == (14, 14, [])
    assert score.alike > 50
    assert score.alike_wrong == 0
