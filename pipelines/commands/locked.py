"""Which files and sentences of an article differ from its lock, for the commands that warn of them.

Belongs here: asking and warning. Does not: the lock (`read.lock`), or the command that writes it (`raw`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from tidebook.pipelines.commands.latest import LatestRows
from tidebook.pipelines.commands.terminal import print_line
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.lock import LOCK, differences, recorded_sentences
from tidebook.pipelines.read.settings import Settings
from tidebook.schemas.vocabulary import TEXT_SENTENCES


def locked_differences(folders: Settings) -> list[str]:
    """Return the files of the article that differ from the lock.

    Raises:
        InputError: there is no dossier.
    """
    return differences(folders.dossier)


def words_around(folder: Path) -> dict[str, str] | None:
    """Return the words around what the dossier quotes of the article's text; None without a text that can be read."""
    from tidebook.pipelines.graph.check import TEXT_AS_READ, sentences_around
    from tidebook.pipelines.graph.graph import checked_graph
    from tidebook.pipelines.graph.run import Run, RunObserver
    from tidebook.pipelines.graph.store import Store

    with suppress(InputError), tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
        graph = checked_graph(folder)
        if graph.dossier.article.text:
            run = Run(graph.up_to(TEXT_AS_READ), Store(Path(scratch)), Path(scratch))
            run.execute(RunObserver())
            return sentences_around(run)
    return None


def tell_of_sentences(folders: Settings) -> None:
    """Print on stderr which sentences around quotations the latest release has otherwise than the lock."""
    from tidebook.pipelines.judge.rereading import SENTENCE, sentence_states

    recorded = recorded_sentences(folders.dossier)
    rows = LatestRows(folders.out, (TEXT_SENTENCES,))[TEXT_SENTENCES]
    for quote_id, kind, why, locator in sentence_states(rows, recorded):
        level = "warning" if kind == SENTENCE else "note"
        confirmed = "" if kind == SENTENCE else f"; `tidebook follow {quote_id}` confirms it"
        print_line(f"{level}: {locator or quote_id}: {quote_id}: {why}{confirmed}", err=True)


def warn_of_unlocked(differing: Iterable[str]) -> None:
    """Print on stderr which files of the article differ from the lock."""
    for path in differing:
        print_line(f"warning: {path} differs from {LOCK}; `tidebook lock` records it", err=True)
