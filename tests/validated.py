"""A table of a step beside the rules of its model, which are about the table as it is stored."""

import pandas as pd

from tidebook.schemas.base import Table, with_nulls


def validated(model: type[Table], frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table once it passes the rules of its model; a missing text stays an empty one, as steps have it."""
    model.validate(with_nulls(model, frame))
    return frame
