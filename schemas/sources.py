"""What holds for snapshots of any source: their files, cells that cannot be read, and values that were revised.

What the rows of a publisher's files come to is in tables of the plugin that brings it.
"""

import pandas as pd
import pandera.pandas as pa

from tidebook.schemas.base import SLUG, Date, Table, column

SOURCE_STATUSES = ("current", "stale", "down")


class SourceFiles(Table, version="2.0", order="key"):
    """The files of the snapshots in use: where they come from, on which terms, and what became of every row."""

    source: str = column("Source", key=True, str_matches=SLUG)
    file: str = column("File", key=True)
    source_id: str = column("Id under which references cite the source", str_matches=SLUG)
    title: str = column("Title of the source")
    publisher: str = column("Who publishes it")
    address: str = column("Where the file is found")
    licence: str = column("Licence or terms")
    republish: bool = column("Whether tables derived from it may be republished")
    attribution: str = column("How it wants to be named", nullable=True)
    cadence: str = column("How often it is asked for", isin=("daily", "weekly", "monthly"))
    status: str = column(
        "current; stale when it was not reached for long; down when the last fetch failed", isin=SOURCE_STATUSES
    )
    snapshot: str = column("Id of the snapshot, by content")
    fetched_on: Date = column("Day on which the snapshot was taken")
    vintage: Date = column("Day of the publisher's copy")
    sha256: str = column("SHA-256 of the bytes as received")
    bytes: int = column("Bytes as received", ge=0)
    rows: int = column("Rows in the file", ge=0)
    used: int = column("Rows of which something is used", ge=0)
    irrelevant: int = column("Rows of which nothing is of use here", ge=0)
    quarantined: int = column("Rows left out for a bad cell", ge=0)
    duplicates: int = column("Values among those used that an earlier row of the file gives too", ge=0)
    quarantine_limit: int = column("Rows with bad cells that the source may have", ge=0)
    unknown_columns: object = column("Columns that are not known here", items="string")

    @pa.dataframe_check(description="every row is used, irrelevant or quarantined")
    @classmethod
    def rows_add_up(cls, files: pd.DataFrame) -> pd.Series:
        """No row is lost."""
        return files["used"] + files["irrelevant"] + files["quarantined"] == files["rows"]

    @pa.dataframe_check(description="the rows in quarantine of a source are at most its quarantine_limit")
    @classmethod
    def quarantine_within_limit(cls, files: pd.DataFrame) -> pd.Series:
        """A source with too many bad cells stops the build."""
        return files.groupby("source")["quarantined"].transform("sum") <= files["quarantine_limit"]


class Quarantine(Table, order="key"):
    """Cells of sources that cannot be read, each with its place and what was expected; their rows are left out."""

    source: str = column("Source", key=True, str_matches=SLUG)
    file: str = column("File", key=True)
    row: int = column("Line on which the row starts, or its number in a JSON list", key=True, ge=1)
    column_name: str = column("Column; empty when the whole row is bad", key=True)
    text: str = column("The cell, cut when it is long")
    reason: str = column("What is wrong with it")


class Revisions(Table, version="3.0", order="key"):
    """Values that a publisher changed from one snapshot to the next: revisions, not news."""

    source: str = column("Source", key=True, str_matches=SLUG)
    item: str = column("What the value is of: model, or series, subject, day and basis", key=True)
    column_name: str = column("Column that was revised", key=True)
    fetched_at: str = column("When the snapshot that has the new value was taken, as ISO in UTC", key=True)
    old: str = column("Value in the snapshot before; null when it had none", nullable=True)
    new: str = column("Value in the later snapshot; null when it has none", nullable=True)
    old_snapshot: str = column("Id of the snapshot before")
    new_snapshot: str = column("Id of the later snapshot")
