"""What `follow` takes from readings: claims of numbers that no claim quotes, and new expressions of quoted ones.

Belongs here: which readings are news to a dossier, and that what is added can be judged. Does not: what a reading gives
(`judge.readings`), or the words of quotations (`follow`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tidebook.pipelines.read.dossier.sections import readings_path
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.rawfile import read_raw
from tidebook.schemas.vocabulary import FAULTED

if TYPE_CHECKING:
    import pandas as pd

    from tidebook.pipelines.judge.readings.claims import ReadClaim

JUDGED = "outcomes"
"""The table for which all of a dossier is read and judged."""


class News(NamedTuple):
    """A claim from a reading, and the quotation that has its number already, "" for none."""

    read: ReadClaim
    quote_id: str


def news_of(folder: Path, text: str, numbers: pd.DataFrame, cells: pd.DataFrame) -> list[News]:
    """Return the claims that the readings beside a dossier's text give, where its tables are in that text.

    A number that a figure quotes is left to it.

    Args:
        folder: the dossier.
        text: the file of its text.
        numbers: the table text_numbers.
        cells: the table text_cells.

    Raises:
        InputError: the file of readings cannot be read.
    """
    from tidebook.pipelines.judge.readings.claims import claims_of
    from tidebook.pipelines.judge.readings.replies import read_readings
    from tidebook.pipelines.judge.readings.request import MaskedText
    from tidebook.pipelines.read.text.document import read_document
    from tidebook.schemas.base import records

    file = read_raw(folder, readings_path(text))
    masked = MaskedText(read_document(read_raw(folder, text)))
    quoted = {(row["line"], row["position"]): row["quote_id"] or "" for row in records(numbers)}
    found = []
    for read in claims_of(masked, read_readings(file.text(), file.path).readings, _declared(folder, cells)):
        quote_id = quoted.get(read.at, "")
        if not quote_id or quote_id.startswith("claims/"):
            found.append(News(read, quote_id))
    return found


def _declared(folder: Path, cells: pd.DataFrame) -> Mapping[str, Any]:
    """Return the declared tables that are in the text, each with its number there."""
    from tidebook.pipelines.read.dossier.checked import read_dossier
    from tidebook.pipelines.read.dossier.sections import dossier_files
    from tidebook.pipelines.read.text.cells import number_of

    main, package = dossier_files(folder)
    tables = read_dossier(main, package).tables
    declared = {}
    for name, keys in main.toml().get("tables", {}).items():
        number = number_of(tables[name], cells) if tables[name].from_ else None
        if isinstance(number, int):
            declared[name] = {**keys, "number": number}
    return declared


def claim_lines(read: ReadClaim) -> str:
    """Return a claim as an entry of TOML, to be added at the end of a file."""
    from tidebook.pipelines.read.quantities.counted import counted_numbers
    from tidebook.pipelines.read.toml_text import toml_value

    claim = read.claim
    keys = {"quote": claim.quote, "is": claim.is_, "read_by": claim.read_by}
    if len(counted_numbers(claim.quote)) > 1:
        keys["number"] = claim.number
    return "\n[[claims]]\n" + "".join(f"{key} = {toml_value(value)}\n" for key, value in keys.items())


class Trial:
    """A copy of a dossier, in which new claims are tried before they are taken over."""

    def __init__(self, folder: Path, path: str, scratch: Path) -> None:
        """Copy a dossier.

        Args:
            folder: the dossier.
            path: the file that has its claims, or will have them.
            scratch: an empty folder.
        """
        self.raw, self.out, self.path = scratch / "raw", scratch / "out", path
        shutil.copytree(folder, self.raw)
        self.before = (folder / path).read_text("utf-8") if (folder / path).exists() else ""

    def taken(self, news: Sequence[News]) -> Iterator[tuple[News, str]]:
        """Yield each new claim with why it cannot be taken over, "" if it can.

        Raises:
            InputError: the dossier cannot be read without them either.
        """
        with suppress(InputError):
            yield from self._judged(news)
            return
        # One of them stops the whole dossier, if that does not itself: each is tried alone.
        self._judged([])
        for each in news:
            try:
                yield from self._judged([each])
            except InputError as error:
                yield each, f"expected {error.problems[0].expected}"

    def _judged(self, news: Sequence[News]) -> list[tuple[News, str]]:
        """Return claims with why they cannot be taken over. Raises InputError if the dossier cannot be read so."""
        from tidebook.pipelines.commands.progress import progress_of_run
        from tidebook.pipelines.graph.graph import graph_with
        from tidebook.pipelines.graph.run import Run
        from tidebook.pipelines.graph.store import Store
        from tidebook.schemas.base import records

        (self.raw / self.path).write_text(self.before + "".join(claim_lines(each.read) for each in news), "utf-8")
        run = Run(graph_with(self.raw, None, None).up_to(JUDGED), Store(self.out), self.out)
        with progress_of_run() as observer:
            run.execute(observer)
        outcomes: dict[str, Row] = {row["quote"]: row for row in records(run.table(JUDGED)) if row["quote"]}
        return [(each, _misread(each, outcomes)) for each in news]


def _misread(news: News, outcomes: Mapping[str, Row]) -> str:
    """Return why a claim is wrong though its reading agrees with the text, "" if it is not."""
    outcome = outcomes.get(" ".join(news.read.claim.quote.split()))
    if news.read.agrees and outcome is not None and outcome["outcome"] in FAULTED:
        return "the dossier reads the table otherwise, as in another scale"
    return ""
