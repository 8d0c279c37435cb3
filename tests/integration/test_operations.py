"""A deployment refreshes its report whatever the dossier becomes: real servers and a real daemon on this machine.

`make test` plays the start, a table that the code location does not know, a broken dossier and its mending under one
kind of server; TIDEBOOK_LONG=1 all that changes the graph, under every kind.
"""

from __future__ import annotations

import pytest

from tests.conftest import LONG
from tests.operations import KINDS, day


@pytest.mark.skipif(LONG, reason="the long form plays this too")
def test_a_table_that_the_code_server_does_not_know_and_a_broken_dossier_do_not_stop_the_refresh() -> None:
    with day("code-server") as played:
        played.play("start", played.start)
        played.play("new table", played.new_table)
        played.play("broken dossier", played.broken_dossier)
        played.play("mended dossier", played.mended_dossier)
        assert len(played.site.receiver.told("run_failure")) == 1, "nothing false is told"


@pytest.mark.skipif(not LONG, reason="TIDEBOOK_LONG=1 plays it")
@pytest.mark.parametrize("kind", KINDS)
def test_the_report_is_refreshed_whatever_the_dossier_becomes_under_every_kind_of_server(kind: str) -> None:
    with day(kind) as played:
        played.outline()
        assert len(played.site.receiver.told("run_failure")) == 1, "nothing false is told"
