"""Places that can be written to: a folder of this machine, or what lies below an address of an object store.

How they are read is in `tidebook.places`; what is kept at a place: `graph.store` and `release`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping

from tidebook.pipelines.read.atomic import remove_folder, replace_symlink, write_file, write_folder
from tidebook.places import LINK, POINTER, ReadableBucket, ReadableFolder, at_once


class Folder(ReadableFolder):
    """A folder of this machine. Every method may raise OSError."""

    def write_files(self, folder: str, files: Mapping[str, bytes], last: str) -> bool:
        """Have a folder hold these files, and return whether anything was written.

        A new folder appears in one step. In one that is there, what differs is replaced file by file, `last` last.
        """
        root = self.path / folder
        if not root.is_dir():
            write_folder(root, files)
            return True
        now = zip(files, self.read_all(f"{folder}/{path}" for path in files), strict=True)
        differing = [path for path, data in now if data != files[path]]
        for path in sorted(differing, key=lambda path: path == last):
            write_file(root / path, files[path], by_way_of=root.parent)  # where what is left behind is swept up
        return bool(differing)

    def remove_folder(self, folder: str, first: str) -> None:
        """Remove a folder in one step: `first`, and all else, is out of sight before any file goes."""
        remove_folder(self.path / folder)

    def set_latest(self, release_id: str) -> None:
        """Have the link lead to a release."""
        link, target = self.path / LINK, f"releases/{release_id}"
        if not link.is_symlink() or str(link.readlink()) != target:
            replace_symlink(link, target)


class Bucket(ReadableBucket):
    """What lies below an address such as `s3://bucket/prefix`: an object is replaced whole or not at all.

    Every method may raise OSError, and ImportError when obstore is not installed.
    """

    def write(self, path: str, data: bytes) -> None:
        """Put an object."""
        with self.store() as store:
            store.put(path, data)

    def write_files(self, folder: str, files: Mapping[str, bytes], last: str) -> bool:
        """Have a folder hold these files, `last` written after all others; return whether anything was written."""
        there = self.files(folder)

        def write_if_different(path: str) -> bool:
            place, data = f"{folder}/{path}", files[path]
            # Most stores tag what was put at once by its MD5. Other tags say nothing: then the object is read.
            tag = f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'
            if path in there and (there[path].tag == tag or self.read(place) == data):
                return False
            self.write(place, data)
            return True

        written = list(at_once(write_if_different, [path for path in files if path != last]))
        return write_if_different(last) or any(written)

    def remove(self, paths: Iterable[str]) -> None:
        """Remove objects."""
        with self.store() as store:
            store.delete(list(paths))

    def remove_folder(self, folder: str, first: str) -> None:
        """Remove all objects below a folder, `first` before the others."""
        self.remove([f"{folder}/{first}"])
        self.remove(f"{folder}/{path}" for path in sorted(self.files(folder)))

    def set_latest(self, release_id: str) -> None:
        """Have the pointer name a release."""
        data = json.dumps({"release": release_id}).encode() + b"\n"
        if self.read(POINTER) != data:
            self.write(POINTER, data)


Place = Folder | Bucket
