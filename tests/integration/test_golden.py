"""The tables of the shipped dossier say what they said: a refactoring changes no row, type or order."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import SHIPPED
from tests.golden.tables import RECORDED, release_facts

DOSSIER = SHIPPED


def test_the_shipped_dossier_gives_the_tables_on_record(built: Path) -> None:
    """After a meant change, `python -m tests.golden.tables out/latest > tests/golden/shipped.json` records it."""
    assert release_facts(built / "latest") == json.loads(RECORDED.read_text("utf-8"))
