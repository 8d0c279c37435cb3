"""The benchmark of readings: the request shows slips among right sentences, and a reply is scored by hand here."""

import json
from pathlib import Path

from benchmarks.readings import request_of, score_of

TEXT = """# Ferries

| Ferry | Cars 2022 | Cars 2023 |
|---|---|---|
| Skarv | 1,204 | 1,325 |
| Tern | 950 | 871 |

Skarv took 1,325 cars last year.

Tern shrank, and it took 871 cars.
"""
SLIPS = (
    {"kind": "level", "decided_by": "table", "old": "took 1,325", "new": "took 1,352"},
    {"kind": "direction", "decided_by": "table", "old": "shrank", "new": "grew"},
)


def test_a_request_has_the_sentences_of_slips_once_and_a_reply_is_scored(tmp_path: Path) -> None:
    (tmp_path / "true.md").write_text(TEXT, "utf-8")
    (tmp_path / "slips.jsonl").write_text("\n".join(map(json.dumps, SLIPS)), "utf-8")
    request = request_of(tmp_path)
    ids = {sentence.text: sentence.id for sentence in request.sentences}
    assert sorted(ids) == [
        "Skarv took ⟨1⟩ cars last year.",  # a slip in its number alone looks the same
        "Tern grew, and it took ⟨1⟩ cars.",
        "Tern shrank, and it took ⟨1⟩ cars.",
    ]
    skarv, grew, shrank = (ids[text] for text in sorted(ids))
    lines: list[dict[str, object]] = [{"request": request.request, "reader": "Kim"}]
    lines.append({"id": skarv, "n": 1, "is": 't1["Skarv"].cars_2023'})
    lines.append({"id": shrank, "words": "shrank", "holds": 't1["Tern"].cars_2023 < t1["Tern"].cars_2022'})
    score = score_of(tmp_path, ["\n".join(map(json.dumps, lines))])
    assert (score.found, score.accused) == ({"level": 1}, [])
    assert score.missed == ["direction (table): no reading"]
    lines.append({"id": grew, "words": "grew", "holds": 't1["Tern"].cars_2023 > t1["Tern"].cars_2022'})
    assert score_of(tmp_path, ["\n".join(map(json.dumps, lines))]).found == {"level": 1, "direction": 1}
