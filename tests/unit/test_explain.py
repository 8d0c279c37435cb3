"""A verdict traced back in plain lines: what other figures than the printed ones do to it."""

from __future__ import annotations

from pipelines.report.explain import explain
from tests.unit.report_tables import PUBLICATION_DATE, report_tables, table


def test_sources_that_turn_the_claim_alone_and_other_readings_are_named() -> None:
    tables = report_tables() | {"findings": table("findings", []), "references": table("references", [])}
    lines = list(explain("us_majority", tables))
    place = lines.index("One source alone turns this; the nearest in time first:")
    assert lines[place + 1] == (
        "  United States’ total funding: $10B instead of $35B (Release dates, 1\u00a0October\u00a02024) gives 50\u00a0%"
    )
    assert lines[place + 6] == "  2 more stand in the table swaps"
    assert not any("not as printed" in line for line in lines)
    readings = tables["reading_verdicts"].to_dict("records")
    other = next(row for row in readings if row["claim_id"] == "us_majority" and row["rank"] == 1)
    later = other | {"lens": "best_known", "as_of": PUBLICATION_DATE, "status": "supported"}
    lines = list(explain("us_majority", tables | {"reading_verdicts": table("reading_verdicts", [*readings, later])}))
    (line,) = (line for line in lines if "not as printed" in line)
    assert line.startswith(
        "Other reading, not as printed: nine tenths of it: as best known on 25\u00a0May\u00a02026: holds; 74.5\u00a0%"
    )
