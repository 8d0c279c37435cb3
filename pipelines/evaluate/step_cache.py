"""Small results of parts of a statistic, kept from build to build under what each depends on.

A step whose inputs changed so recomputes only the parts that the change reaches. What a part depends on, its key says.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from tidebook.pipelines.read.account import seal
from tidebook.pipelines.read.atomic import write_file
from tidebook.pipelines.read.digest import digest

Part = TypeVar("Part")

FILE = "cache.json"

MOST = 20_000
"""Results in one file; of more, those that this process has not used are forgotten, those used longest ago first."""


class StepCache:
    """The cache that a step fills and returns. `code` identifies the code: results of other code are not used.

    Without a path nothing outlives the process.
    """

    def __init__(self, path: Path | None = None, code: str = "") -> None:
        self.path = path
        self.code = code
        self._known = self._read()
        self._used: dict[str, Any] = {}
        self._fresh = False

    def gather(
        self, keys: Mapping[Part, str], compute: Callable[[Sequence[Part]], Mapping[Part, Any]]
    ) -> dict[Part, Any]:
        """Return the result of each part; `compute` is asked for those whose key is not known, all at once, once a key.

        Results are values of JSON, in which NaN may stand: a computed one is given as it would be read back.
        """
        full = {part: digest(f"{self.code} {key}".encode()) for part, key in keys.items()}
        # Parts with one key are the same work: only one of them is computed.
        missing = list({key: part for part, key in full.items() if key not in self._known}.values())
        if missing:
            computed = compute(missing)
            # A round trip through JSON: a computed result must be equal to one that is read back, tuples and keys
            # included.
            self._known |= {full[part]: json.loads(json.dumps(computed[part])) for part in missing}
            self._fresh = True
        found = {part: self._known[key] for part, key in full.items()}
        self._used |= {full[part]: result for part, result in found.items()}
        return found

    def save(self) -> None:
        """Write what was used, then what was known before; nothing is written where nothing is new.

        Another process may have added results to the file meanwhile, which stay.
        """
        if self.path and self._fresh:
            # In order of use: the oldest are at the end, which the limit cuts off.
            results = {**self._used, **self._known, **self._read()}
            results = dict(list(results.items())[: max(MOST, len(self._used))])
            text = json.dumps(results).encode()
            # Not durable: what a crash of the machine loses is only computed again.
            write_file(self.path, seal_of(text) + b"\n" + text, durable=False)
            self._fresh = False

    def _read(self) -> dict[str, Any]:
        if self.path is None:
            return {}
        with suppress(OSError, ValueError, TypeError):
            found, _, text = self.path.read_bytes().partition(b"\n")
            # A file that was cut off, edited or made elsewhere is as good as none: its results are computed again.
            if found == seal_of(text):
                return dict(json.loads(text))
        return {}


def seal_of(text: bytes) -> bytes:
    """Return the seal of what a file holds."""
    return seal(FILE, digest(text)).encode()
