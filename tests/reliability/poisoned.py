"""An output folder that another account has sent with a dossier: what a build believes of it, and where it writes.

Belongs here: seeded changes of stored results, caches, marks, pointers and releases, with seals as somebody without our
secret can make them, and the judgement of a build on them. Does not: damage without intent (`faults`), or junk in a
release that is only read (`foreign`).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tests.reliability import foreign
from tests.reliability.hostile import ran, tree_of
from tidebook.pipelines.commands.releases import rebuild
from tidebook.pipelines.evaluate.step_cache import FILE
from tidebook.pipelines.graph.store import RECORD
from tidebook.pipelines.read.account import KEY, MARKS, mark_of, seal
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.regular import hash_regular
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.release.differences import differing
from tidebook.places import DamagedError
from tidebook.releases import latest

Outcome = dict[str, Any]
Poison = Callable[[Path, random.Random], str]

THEIRS = "the secret of another account"
EDITS = ("$20M", "$11M"), ("$30M", "$24M"), ("$10M+", "$12M+")


def poisoned(task: Outcome) -> Outcome:
    """Poison the output folder of a dossier as a seed says, build, and judge what the release was made of.

    The release must be the one that its inputs alone give, byte for byte, compared with no release of another's.
    """
    place, chance = Path(task["place"]), random.Random(task["seed"])
    raw, out, outside = place / "raw", place / "out", place / "outside"
    os.chdir(place)
    _lay_home(outside)
    own = latest(out)
    assert own is not None
    kinds: dict[Poison, int] = {
        _results: 8, _caches: 3, _marks: 3, _release: 3, _pointers: 2, _record_of_code: 2, _links: 4
    }  # fmt: skip
    chosen = chance.choices(list(kinds), list(kinds.values()), k=chance.choice((1, 2, 3)))
    # A release is changed while it can still be found.
    in_order = sorted(dict.fromkeys(chosen), key=lambda kind: kind is not _release)
    said = "; ".join(kind(out, chance) for kind in in_order)
    if chance.random() < 0.8:
        path, (old, new) = raw / "article" / "shops.csv", chance.choice(EDITS)
        path.write_text(path.read_text().replace(old, new))
    before = tree_of(outside)
    faults: list[str] = []
    ends: tuple[int, ...] = (0, 3) if _links in chosen else (0,)
    for command in chance.sample((["status"], ["claims"], ["releases", "list"], ["verify"]), 1):
        more = ["--raw", str(raw)] if command == ["status"] else []
        ran([*command, *more, "--out", str(out)], faults, (0, 1, 2, 3))
    ran(["build", "--raw", str(raw), "--out", str(out)], faults, ends)
    if tree_of(outside) != before:
        faults.append("written outside")
    if _links not in chosen:
        faults += _believed(Settings(raw, out), own.release_id, place / "anew", is_foreign=_release in chosen)
    return {"seed": task["seed"], "said": said, "end": "release", "faults": faults}


def _believed(folders: Settings, own: str, anew: Path, *, is_foreign: bool) -> list[str]:
    """Return what in the latest release does not follow from its inputs."""
    try:
        release = latest(folders.out)
    except DamagedError as error:
        return [f"no release: {error}"]
    if release is None:
        return ["no release"]
    previous = release.manifest["previous"]
    wrong = [f"compared with {previous}"] if previous not in (None, own) or (previous and is_foreign) else []
    wrong += [f"input {path}" for path, sha256 in release.inputs().items() if hash_regular(folders.raw, path) != sha256]
    if release.release_id == own and not is_foreign:
        return wrong  # that of the dossier as it is, made before anything was poisoned
    return [*wrong, *(f"poisoned: {path}" for path in differing(release, rebuild(release, anew, folders)))]


def _lay_home(folder: Path) -> None:
    """Make what a link may lead to: a folder with hidden files and more folders than a step keeps results."""
    for name in (".ssh", *(f"folder{number}" for number in range(20))):
        (folder / name).mkdir(parents=True)
    (folder / ".bashrc").write_text("own")
    (folder / "index.html").write_text("own")


def _folders_of_results(out: Path) -> list[Path]:
    return sorted(path.parent for path in (out / "store").rglob(RECORD))


def _results(out: Path, chance: random.Random) -> str:
    """Change files of stored results, and seal them as another can."""
    folders = _folders_of_results(out)
    chosen = chance.sample(folders, chance.choice((1, 5, len(folders))))
    how = chance.choice(("unkeyed", "theirs", "theirs", "none", "as it was", "of another", "empty"))
    for folder in chosen:
        for path in sorted(folder.iterdir()):
            if path.name != RECORD:
                path.write_bytes(_changed(path, chance))
        _seal(folder, out, how, chance.choice(folders))
    return f"{len(chosen)} results, seal {how}"


def _seal(folder: Path, out: Path, how: str, other: Path) -> None:
    record = json.loads((folder / RECORD).read_bytes())
    record["files"] = {name: digest((folder / name).read_bytes()) for name in record["files"]}
    key, step = folder.name, folder.parent.relative_to(out / "store").as_posix()
    sealed = step, key, record["files"], record["rows"]
    if how == "unkeyed":
        record["seal"] = hashlib.sha256(json.dumps(sealed, sort_keys=True).encode()).hexdigest()
    elif how == "theirs":
        record["seal"] = by_another(*sealed)
    elif how == "of another" and (other / RECORD).is_file():
        record["seal"] = json.loads((other / RECORD).read_bytes()).get("seal")
    elif how == "empty":
        record["seal"] = ""
    elif how == "none":
        record.pop("seal", None)
    (folder / RECORD).write_text(json.dumps(record))


def by_another(*parts: object) -> str:
    """Return the seal that another account makes of values."""
    kept = os.environ.get(KEY)
    os.environ[KEY] = THEIRS
    try:
        return seal(*parts)
    finally:
        os.environ.pop(KEY)
        if kept is not None:
            os.environ[KEY] = kept


def _changed(path: Path, chance: random.Random) -> bytes:
    """Return a file of results with other values that read as well."""
    data = path.read_bytes()
    if path.suffix != ".parquet":
        digits = [place for place, byte in enumerate(data) if chr(byte).isdigit()]
        if not digits:
            return data
        place = chance.choice(digits)
        return data[:place] + str(chance.randrange(10)).encode() + data[place + 1 :]
    table = pq.read_table(path, partitioning=None)
    for at, field in enumerate(table.schema):
        column = table.column(at)
        if pa.types.is_floating(field.type):
            table = table.set_column(at, field, pc.multiply(column, 0.8))
        elif pa.types.is_string(field.type) and chance.random() < 0.2:
            table = table.set_column(at, field, column.take(pa.array(range(len(column) - 1, -1, -1), pa.int64())))
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def _caches(out: Path, chance: random.Random) -> str:
    """Change what statistics have kept of their parts."""
    found = sorted(path for path in (out / "store").rglob("*.json") if path.name != RECORD)
    for path in found:
        _, _, text = path.read_bytes().partition(b"\n")
        try:
            kept = {key: _other(value) for key, value in json.loads(text).items()}
        except ValueError:
            continue
        new = json.dumps(kept).encode()
        first = chance.choice((digest(new), by_another(FILE, digest(new)), "", digest(text))).encode()
        path.write_bytes(first + b"\n" + new)
    return f"{len(found)} caches"


def _other(value: Any) -> Any:
    """Return a value of JSON of the same form with other numbers."""
    if isinstance(value, dict):
        return {key: _other(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_other(each) for each in value]
    return value * 0.8 if isinstance(value, float) else value


def _marks(out: Path, chance: random.Random) -> str:
    """Give releases the marks of another account, those of other releases, none, or junk."""
    kind = chance.choice(("theirs", "exchanged", "gone", "junk", "a folder", "a device"))
    folder = out / MARKS
    for release in sorted((out / "releases").iterdir()):
        mark = folder / release.name
        if kind == "gone" or kind.startswith("a "):
            mark.unlink(missing_ok=True)
        if kind == "a folder":
            mark.mkdir()
        elif kind == "a device":
            mark.symlink_to("/dev/zero")
        elif kind == "theirs":
            mark.write_text(by_another("release", release.name, "x"))
        elif kind in ("exchanged", "junk"):
            mark.write_text(seal("release", "another", "x") if kind == "exchanged" else "\x1b[31m" * 1_000)
    return f"marks {kind}"


def _release(out: Path, chance: random.Random) -> str:
    """Make the latest release another's: its tables changed and stated anew, with a mark that is no longer its own."""
    own = latest(out)
    assert own is not None
    mark = mark_of(own)
    said = foreign.change_table((out / "latest").resolve(), chance)
    (folder,) = (out / "releases").iterdir()
    if chance.random() < 0.5:
        (out / MARKS / folder.name).write_text(mark)
    else:
        (out / MARKS / folder.name).unlink(missing_ok=True)
    return f"release {said}"


def _pointers(out: Path, chance: random.Random) -> str:
    """Point steps to other results, nowhere, or to what is no key."""
    found = sorted((out / "store").rglob("current"))
    keys = [path.name for path in _folders_of_results(out)]
    for path in chance.sample(found, min(len(found), chance.choice((1, 10, len(found))))):
        path.write_text(chance.choice((*chance.sample(keys, 3), "../../outside", "0", "\x00", "")))
    return "pointers"


def _record_of_code(out: Path, chance: random.Random) -> str:
    """State other code, or another release, as what was made last."""
    path = out / "store" / "code"
    data = path.read_bytes() if path.is_file() else b""
    path.write_bytes(chance.choice((b"", b"{}", b"another code", data[::-1], data.replace(b"0", b"1"))))
    return "record of code"


def _links(out: Path, chance: random.Random) -> str:
    """Put a link to a folder elsewhere in the place of a folder of the output."""
    folders = [path for path in sorted(out.rglob("*")) if path.is_dir() and not path.is_symlink()]
    place = chance.choice(folders)
    said = place.relative_to(out)
    shutil.rmtree(place)
    place.symlink_to(out.parent / "outside")
    return f"link {said}"
