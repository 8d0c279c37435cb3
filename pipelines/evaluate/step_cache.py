"""Small results of parts of a statistic, kept from build to build under what each depends on.

A step whose inputs changed so recomputes only the parts that the change reaches. What a part depends on, its key says.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from tidebook.pipelines.read.atomic import write_file
from tidebook.pipelines.read.digest import digest

Part = TypeVar("Part")

FILE = "cache.json"

MOST = 20_000
"""Results in one file; of more, those that this process has not used are forgotten, those used longest ago first."""


class StepCache:
    """The cache that a step makes and hands on. `code` tells code apart: results of other code are not used.

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
        missing = list({key: part for part, key in full.items() if key not in self._known}.values())
        if missing:
            computed = compute(missing)
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
            results = {**self._used, **self._known, **self._read()}
            results = dict(list(results.items())[: max(MOST, len(self._used))])
            text = json.dumps(results).encode()
            write_file(self.path, digest(text).encode() + b"\n" + text, durable=False)
            self._fresh = False

    def _read(self) -> dict[str, Any]:
        if self.path is None:
            return {}
        with suppress(OSError, ValueError, TypeError):
            seal, _, text = self.path.read_bytes().partition(b"\n")
            if seal == digest(text).encode():
                return dict(json.loads(text))
        return {}
