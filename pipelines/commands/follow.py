"""The command `follow`: takes an edit of the article's text over into the dossier.

Belongs here: changing single values of TOML and CSV files at their places, so that comments and layout stay. Does not:
finding what has drifted (`read.text.quotes`, `judge.drift`).
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tidebook.pipelines.commands.common import json_option, raw_option
from tidebook.pipelines.commands.terminal import print_json, print_line
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.dossier.sections import readings_path, section_paths
from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean, place_of
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.lock import LOCK, record_sentences, recorded_sentences
from tidebook.pipelines.read.rawfile import RawFile, check_written, is_there, read_raw
from tidebook.pipelines.read.settings import settings

if TYPE_CHECKING:
    import pandas as pd

    from tidebook.pipelines.commands.followed_readings import News
    from tidebook.pipelines.graph.run import Run
    from tidebook.pipelines.read.text.quotation import Quoted

EVIDENCE = ("sources", "assumptions", "evidence", "references", "corrections")
"""Sections that hold what others say: a number there is not the article's."""
_STRING = r"\"\"\"(?:\\.|[^\\])*?\"\"\"|'''.*?'''|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'"
"""A string in TOML."""


@dataclass(frozen=True)
class Followed(JsonDocument):
    """What `tidebook follow` changed, and what it could not find."""

    changed: list[str]
    """Each change in words, with file and line."""
    gone: list[str]
    """Quotations that the text no longer has, each with file and line, and the nearest words."""
    left: list[str]
    """Lines of the dossier that still have a number that was replaced, each with file and line."""
    left_out: list[str]
    """Readings that give no claim of the dossier, each with the place of its number in the text, and why."""


@click.command()
@click.argument("name", default="", metavar="[ID]")
@raw_option
@json_option
def follow(name: str, raw: Path | None, as_json: bool) -> None:
    """Copy the article's new numbers into the dossier: those of a claim or figure, or all.

    Changes `quote` and `number` in the TOML files, and cells of CSV tables that the text has too. Comments and layout
    stay. Quotations that the text no longer has are listed, with the nearest words, and so are other lines of the
    dossier that still have the old number. Without an ID, readings in TEXT.readings.jsonl become claims where none
    quotes the number, and a claim that a reader made gets the expression of its new reading.
    """
    followed = followed_in(settings(raw).dossier, name)
    if as_json:
        print_json(followed)
    else:
        _print_result(followed, decisive=bool(name))
    if followed.gone and name:
        raise InputError([])


def followed_in(folder: Path, name: str = "") -> Followed:
    """Copy the new words of a claim or figure, or of all, from the article into its dossier.

    Raises:
        InputError: there is no such claim or figure, or a file cannot be changed.
    """
    with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
        follower = _Follower(folder, Path(scratch))
        known = follower.names()
        if name and name not in known:
            raise InputError(Problem(str(folder), f"the id of a claim or figure{did_you_mean(name, known)}", text=name))
        changed, gone = [*follower.follow(name), *follower.confirm(name)], list(follower.missing_quotations(name))
        left = list(follower.lines_left())
    if name or not is_there(folder, readings_path(follower.path)):
        return Followed(changed, gone, left, [])
    # The words of the dossier are those of the text now, so that readings fit them.
    with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
        read, left_out = _Follower(folder, Path(scratch)).follow_readings()
    return Followed([*changed, *read], gone, left, left_out)


def _print_result(followed: Followed, *, decisive: bool) -> None:
    for line in followed.changed:
        print_line(line)
    for line in (*followed.gone, *followed.left, *followed.left_out):
        print_line(f"warning: {line}", err=True, always=decisive)
    if not followed.changed and not followed.gone:
        print_line("Nothing to follow: the dossier quotes the article as it is")


class _Follower:
    """The drift of a dossier, and its files."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        from tidebook.pipelines.commands.progress import progress_of_run
        from tidebook.pipelines.graph.check import sentences_around
        from tidebook.pipelines.graph.graph import checked_graph
        from tidebook.pipelines.graph.run import Run
        from tidebook.pipelines.graph.store import Store
        from tidebook.schemas.base import records

        self.folder, self.scratch = folder, scratch
        graph = checked_graph(folder)
        if not graph.dossier.article.text:
            expected = 'text = "article.md" or the like under [article], the text to follow'
            raise InputError(Problem("dossier.toml", expected, column="article.text"))
        self.path = graph.dossier.article.text
        run = Run(graph.up_to("text_quotes"), Store(scratch), scratch)
        self.graph, self.run = graph, run
        self.cells: Mapping[str, tuple[str, str]] = {}
        self.replaced: list[str] = []
        """Numbers that were replaced, as the dossier had them."""
        with progress_of_run() as observer:
            run.execute(observer)
            # A new number that its claim cannot have stops the figures, but its words can still be taken over.
            with suppress(InputError):
                full = run.following(graph.up_to("declared/drifted"))
                full.execute(observer)
                self.cells = full.load("declared/drifted").cells
        self.quotes = {row["quote_id"]: row for row in records(run.table("text_quotes"))}
        self.quoted = {each.quote_id: each for each in _quoted(run)}
        self.around = sentences_around(run)

    def names(self) -> list[str]:
        """Return the ids of claims, figures and cells that may be followed."""
        quotes = dict.fromkeys([*self.quotes, *self.around])
        return [*map(_short, quotes), *quotes, *self.cells]

    def follow(self, name: str) -> Iterator[str]:
        """Copy changed words and cells into the dossier; yield a line on each. An empty name means all.

        Raises:
            InputError: a file to be written is a link or no file, or has the words in no place that can be changed.
        """
        words = {key: row["words"] for key, row in self._quotes(name, "changed")}
        cells = [each for key, each in self.cells.items() if name in ("", key)]
        files = [*(self.quoted[key].problem.file for key in words), *(place_of(locator)[0] for locator, _ in cells)]
        for path in dict.fromkeys(files):
            check_written(self.folder, path)
        for key, new in words.items():
            yield self._follow_quote(self.quoted[key], new)
        for locator, text in cells:
            yield self._follow_cell(locator, text)

    def follow_readings(self) -> tuple[list[str], list[str]]:
        """Make claims of readings; return a line on each change, and one on each that gives no claim.

        Raises:
            InputError: a file to be written is a link or no file, or the file of readings cannot be read.
        """
        from tidebook.pipelines.commands.followed_readings import Trial, claim_lines, news_of

        news = news_of(self.folder, self.path, self._table("text_numbers"), self._table("text_cells"))
        changed = [line for each in news if each.quote_id for line in self._follow_expression(each)]
        new = [each for each in news if not each.quote_id]
        if not new:
            return changed, []
        path = section_paths(self.folder)["claims"]
        check_written(self.folder, path)
        added, left_out = "", []
        for each, why in Trial(self.folder, path, self.scratch / "trial").taken(new):
            line, column = each.read.at
            if why:
                left_out.append(
                    f"{self.path}:{line}:{column}: the reading of “{each.read.claim.quote}” is left out: {why}"
                )
                continue
            added += claim_lines(each.read)
            changed.append(f"{path}: claim “{each.read.claim.quote}” is new, {each.read.claim.is_}")
        if added:
            self._write(path, (self.folder / path).read_text("utf-8") + added)
        return changed, left_out

    def _table(self, name: str) -> pd.DataFrame:
        from tidebook.pipelines.commands.progress import progress_of_run

        run = self.run.following(self.graph.up_to(name))
        with progress_of_run() as observer:
            run.execute(observer)
        return run.table(name)

    def _follow_expression(self, news: News) -> Iterator[str]:
        """Give a claim that a reader made the expression of its new reading; yield a line if it is another."""
        quoted, claim = self.quoted[news.quote_id], news.read.claim
        section, index, _ = (quoted.problem.column or "").split(".")
        raw = read_raw(self.folder, quoted.problem.file)
        declared = raw.toml()[section][int(index)]
        old, reader = declared.get("is", ""), declared.get("read_by", "")
        if not reader or old == claim.is_:
            return
        line = raw.toml_line((section, int(index), "quote")) or 1
        check_written(self.folder, raw.path)
        text = _with_string(raw, line, "is", old, claim.is_, back=True)
        text = _with_string(RawFile(raw.path, text.encode()), line, "read_by", reader, claim.read_by, back=True)
        self._write(raw.path, text)
        yield f"{raw.path}:{line}: {old} is now {claim.is_}"

    def confirm(self, name: str) -> Iterator[str]:
        """Record the sentences around quotations as they are now, where the lock has others; yield a line on each."""
        recorded = recorded_sentences(self.folder)
        changed = {}
        for key in recorded:
            words = self.around.get(key, "")
            is_meant = name in ("", key, _short(key))
            # Of a claim that has drifted it is already reported that its words are gone.
            if is_meant and words != recorded[key] and (words or key.startswith("predictions/")):
                changed[key] = words
        if changed:
            check_written(self.folder, LOCK)
            kept = recorded | changed
            record_sentences(self.folder, {key: words for key, words in kept.items() if words})
        for key, words in changed.items():
            is_now = f"is confirmed: “{words}”" if words else "is no longer recorded: the text has no such words"
            yield f"{LOCK}: the sentence of {_short(key)} {is_now}"

    def missing_quotations(self, name: str) -> Iterator[str]:
        """Yield a line on each quotation that the text no longer has, with the nearest words."""
        from tidebook.pipelines.judge.drift import quote_words

        for quote_id, row in self._quotes(name, "gone"):
            place = self.quoted[quote_id].problem
            yield f"{place.file}:{place.line}: {quote_words(self.path, row)}; change or remove it"

    def lines_left(self) -> Iterator[str]:
        """Yield a line on each place of the dossier, evidence apart, that still has a number that was replaced.

        A number of one digit is in too many places to say anything.
        """
        from tidebook.pipelines.judge.drift import has_number

        wanted = [each for each in dict.fromkeys(self.replaced) if len(re.findall(r"\d", each)) > 1]
        for path in self._own_files() if wanted else ():
            for number, line in enumerate(read_raw(self.folder, path).text().splitlines(), 1):
                for old in wanted:
                    if not line.lstrip().startswith("#") and has_number(f" {line} ", old):
                        yield f"{path}:{number}: still has “{old}”; change it, if it is the same number"

    def _own_files(self) -> list[str]:
        """Return the files of the dossier that say what the article prints and claims."""
        from tidebook.pipelines.read.dossier.checked import dossier_in
        from tidebook.pipelines.read.dossier.sections import section_paths

        tables = [table.path for table in dossier_in(self.folder).tables.values()]
        printed = [path for path in tables if path and not path.startswith("reference/")]
        sections = [path for name, path in section_paths(self.folder).items() if name not in EVIDENCE]
        return [path for path in dict.fromkeys([*sections, *printed]) if is_there(self.folder, path)]

    def _quotes(self, name: str, status: str) -> Iterator[tuple[str, Row]]:
        """Yield the quotations with a status, all or those of one name, by their ids."""
        for quote_id, row in self.quotes.items():
            if row["status"] == status and name in ("", quote_id, _short(quote_id)):
                yield quote_id, row

    def _follow_quote(self, quoted: Quoted, words: str) -> str:
        """Replace a quotation, and the number that is named beside it, by the new words."""
        place = quoted.problem
        raw = read_raw(self.folder, place.file)
        section, index, _ = (place.column or "").split(".")
        declared = raw.toml()[section][int(index)]
        line = raw.toml_line((section, int(index), "quote")) or 1
        old = declared["quote"]
        text = _with_string(raw, line, "quote", old, words)
        if "number" in declared:
            number = _new_number(old, words, declared["number"])
            text = _with_string(RawFile(raw.path, text.encode()), line, "number", declared["number"], number, back=True)
        if section == "claims" and "id" not in declared:
            text = _with_id(text, line, old, words)
        self._write(raw.path, text)
        self.replaced += _numbers_gone(old, words)
        return f"{place.file}:{line}: “{' '.join(old.split())}” is now “{words}”"

    def _follow_cell(self, locator: str, text: str) -> str:
        """Replace a cell of a CSV file by that of the text."""
        path, line, header = place_of(locator)
        source = read_raw(self.folder, path).text()
        lines = source.splitlines(keepends=True)
        place = next(csv.reader([lines[0]])).index(header or "")
        cells = next(csv.reader([lines[line - 1]]))
        old, cells[place] = cells[place], text
        end = lines[line - 1][len(lines[line - 1].rstrip("\r\n")) :]
        written = io.StringIO()
        csv.writer(written, lineterminator="").writerow(cells)
        lines[line - 1] = written.getvalue() + end
        self._write(path, "".join(lines))
        self.replaced.append(old)
        return f"{path}:{line}, column {header}: “{old}” is now “{text}”"

    def _write(self, path: str, text: str) -> None:
        from tidebook.pipelines.read.atomic import write_file

        write_file(self.folder / path, text.encode())


def _quoted(run: Run) -> list[Quoted]:
    from tidebook.pipelines.judge.claims import quotations

    return quotations(run.load("raw/claims"), run.load("declared/switched_on"), run.load("declared/prose"))


def _short(quote_id: str) -> str:
    """Return the id of a claim or figure without the name of its kind."""
    kind, _, rest = quote_id.partition("/")
    return rest if kind in ("claims", "figures", "predictions") else quote_id


def _with_string(raw: RawFile, line: int, key: str, old: str, new: str, back: bool = False) -> str:
    """Return the text of a TOML file with another string as the value of a key, which is in or below a line.

    With `back` it may be above as well, within the same table.

    Raises:
        InputError: the value is in no such place.
    """
    text = raw.text()
    lines = text.splitlines(keepends=True)
    first = line - 1
    while back and first > 0 and not lines[first].lstrip().startswith("[["):
        first -= 1
    start = sum(map(len, lines[:first]))
    for found in re.compile(rf"\b{key}\s*=\s*({_STRING})", re.DOTALL).finditer(text, start):
        value: Any = tomllib.loads(f"x = {found[1]}")["x"]
        if value == old:
            return f"{text[: found.start(1)]}{_toml_string(new)}{text[found.end(1) :]}"
    raise InputError(Problem(raw.path, f"{key} as one string, to put other words in its place", line, text=old))


def _toml_string(text: str) -> str:
    if '"' in text and "'" not in text and "\\" not in text:
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _new_number(old: str, words: str, name: str) -> str:
    """Return the number of the new words at the position of an old one."""
    from tidebook.pipelines.read.quantities.counted import counted_numbers
    from tidebook.pipelines.read.text.figures import named_number
    from tidebook.pipelines.read.text.folded import without_marks

    found = named_number(counted_numbers(words), counted_numbers(without_marks(old)), name)
    return found.text if found else name


def _numbers_gone(old: str, words: str) -> list[str]:
    """Return the numbers of old words that the new ones do not have."""
    from tidebook.pipelines.read.quantities.counted import counted_numbers
    from tidebook.pipelines.read.text.folded import without_marks

    kept = {number.text for number in counted_numbers(words)}
    return [number.text for number in counted_numbers(without_marks(old)) if number.text not in kept]


def _with_id(text: str, line: int, old: str, words: str) -> str:
    """Return a text in which a claim keeps the id that followed from its old words."""
    from tidebook.pipelines.judge.declared import quote_slug

    if quote_slug(old) == quote_slug(words):
        return text
    lines = text.splitlines(keepends=True)
    indent = lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())]
    lines.insert(line - 1, f'{indent}id = "{quote_slug(old)}"\n')
    return "".join(lines)
