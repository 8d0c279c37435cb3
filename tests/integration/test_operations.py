"""A deployment refreshes its report whatever the dossier becomes: real servers and a real daemon on this machine.

It takes minutes, so that TIDEBOOK_LONG=1 plays it, under every kind of server.
"""

from __future__ import annotations

import pytest

from tests.conftest import LONG
from tests.operations import KINDS, day


@pytest.mark.skipif(not LONG, reason="TIDEBOOK_LONG=1 plays it")
@pytest.mark.parametrize("kind", KINDS)
def test_the_report_is_refreshed_whatever_the_dossier_becomes_under_every_kind_of_server(kind: str) -> None:
    with day(kind) as played:
        played.outline()
        assert len(played.site.receiver.told("run_failure")) == 1, "nothing false is told"
