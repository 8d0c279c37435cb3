"""The dossier beside a ledger: all that the ledger takes from it is the series of an accelerator's rents."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import SMALL
from tests.dossiers import written

SHOPS = {path.relative_to(SMALL).as_posix(): path.read_text("utf-8") for path in SMALL.rglob("*.*")}
PLUGINS = """
[units.GPU]
meaning = "graphics processors"
words = ["GPU"]

[plugins.live]    # which the ledger requires; no trend is compared with these two
growth = "shops/north/sales"
period = "shops/south/sales"

[plugins.ledger]
rents = "rental_price"
"""
RENTS = """\
series,subject,date,text,unit,basis,source,tier,note
h100_rental_price,market,2025-10-31,$1.70,USD/GPU-hour,1-year contract,accounts,S,
h100_rental_price,market,2026-03-31,$2.35,USD/GPU-hour,1-year contract,accounts,S,
"""


@pytest.fixture(scope="module")
def dossier(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three shops that rent accelerators, unless a test asks for another dossier."""
    if hasattr(request, "param"):
        return Path(request.param)
    files = SHOPS | {"dossier.toml": SHOPS["dossier.toml"] + PLUGINS, "reference/observations.csv": RENTS}
    return written(tmp_path_factory.mktemp("renting"), files)
