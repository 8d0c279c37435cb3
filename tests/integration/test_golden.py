"""The tables of the shipped dossier say what they said: a refactoring changes no row, type or order."""

from __future__ import annotations

import json
from pathlib import Path

from tests.golden.tables import SHIPPED, release_facts


def test_the_shipped_dossier_gives_the_tables_on_record(built: Path) -> None:
    """After a meant change, `python -m tests.golden.tables out/latest > tests/golden/shipped.json` records it."""
    assert release_facts(built / "latest") == json.loads(SHIPPED.read_text("utf-8"))
