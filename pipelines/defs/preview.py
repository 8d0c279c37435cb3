"""What the Dagster UI shows of a step's result: row counts, verdict counts, the first rows, what the report says first.

Nothing here changes a result.
"""

import base64
import json
from textwrap import shorten
from typing import Any

import dagster as dg
import pandas as pd

from pipelines.run import Run, StepResult
from pipelines.steps.step import Step
from pipelines.storage.store import Entry
from schemas.base import records

PREVIEW_ROWS = 8


def preview(step: Step, run: Run, result: StepResult) -> dict[str, Any]:
    """Return the metadata of a step's result; one known before is not read again for its first rows."""
    entry = result.entry
    if entry is None or step.is_value:
        return {}
    if entry.rows is None:
        return {"chart": _chart(entry)}
    if result.reused and step.name != "verdicts":
        return {"dagster/row_count": entry.rows}
    frame = run.table(step.name)
    metadata = {"dagster/row_count": entry.rows, "preview": rows_metadata(frame, PREVIEW_ROWS)}
    if step.name == "verdicts":
        counts = frame["status"].value_counts().sort_index()
        metadata |= {f"verdicts/{status}": int(count) for status, count in counts.items()}
    return metadata


def rows_metadata(frame: pd.DataFrame, most: int = 20) -> dg.TableMetadataValue:
    """Return the first rows of a frame as a table in the UI, long texts cut."""
    rows = [
        dg.TableRecord({name: shorten(str(value), 80, placeholder="…") for name, value in row.items()})
        for row in records(frame.head(most))
    ]
    schema = dg.TableSchema(columns=[dg.TableColumn(str(name)) for name in frame.columns])
    return dg.MetadataValue.table(records=rows, schema=schema)


def _chart(entry: Entry) -> dg.MarkdownMetadataValue:
    """Return what the report says first, with its badge, in Markdown."""
    image = base64.b64encode(entry.read("badge.svg")).decode()
    said = json.loads(entry.read("verdicts.json"))["headline"]
    return dg.MetadataValue.md("\n\n".join([f"![badge](data:image/svg+xml;base64,{image})", *said]))
