"""An object store as obstore shows one, whose requests lead through a simulated world's points."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import md5
from typing import Any

from obstore.exceptions import GenericError

from tests.simulation.world import World


class _Got:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def bytes(self) -> bytes:
        return self.data


class Objects:
    """The object store below an address, as obstore shows one: each object is there whole, and at once for all."""

    def __init__(self, world: World, url: str) -> None:
        self.world, self.url = world, url

    def point(self, operation: str, path: str) -> None:
        """Let a request fail before it is done; those that write may also fail after it."""
        try:
            self.world.point(operation, self.url + path, (errno.EIO,))
        except OSError as error:
            raise GenericError(str(error)) from error

    def get(self, path: str) -> _Got:
        self.point("get", path)
        if self.url + path not in self.world.objects:
            raise FileNotFoundError(self.url + path)
        return _Got(self.world.objects[self.url + path][0])

    def put(self, path: str, data: bytes) -> None:
        self.point("put", path)
        self.world.objects[self.url + path] = bytes(data), self.world.now
        self.point("answer to put", path)

    def list(self, folder: str) -> Iterator[list[dict[str, Any]]]:
        self.point("list", folder)
        start = f"{self.url}{folder}/"
        yield [
            {
                "path": path.removeprefix(self.url),
                "last_modified": datetime.fromtimestamp(written / 10**9, UTC),
                "e_tag": f'"{md5(data, usedforsecurity=False).hexdigest()}"',
            }
            for path, (data, written) in sorted(self.world.objects.items())
            if path.startswith(start)
        ]

    def delete(self, paths: Iterable[str]) -> None:
        for path in paths:
            self.point("delete", path)
            self.world.objects.pop(self.url + path, None)
