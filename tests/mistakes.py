"""Thirty mistakes that people make with a dossier, and docs/mistakes.md made from what is told of each.

`python -m tests.mistakes > docs/mistakes.md` writes the page.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import chdir
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.conftest import ROOT, edit, tidebook
from tidebook.pipelines.graph.check import check
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.settings import settings
from tidebook.pipelines.read.tables import slug

MEN, CLAIMS, METRICS, DOSSIER = "article/men.csv", "claims.toml", "metrics.toml", "dossier.toml"
REFERENCES = "reference/figures.csv"
SHORT = 50
KIPTUM = "men/kiptum_2023/time,world record,2:00:35,,second,2023-10-08,kiptum,S,"


@dataclass(frozen=True)
class Mistake:
    """What was done: a text of a file replaced, appended where none is given; and the command that tells of it."""

    words: str
    path: str = ""
    old: str = ""
    new: str = ""
    command: str = "check my-article"

    @property
    def shown(self) -> str:
        """What is done, where that is no more than a few words or another command."""
        if self.command != Mistake.command:
            return f": `tidebook {self.command}`"
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        return f": `{old}` becomes `{new}`" if 0 < len(old) <= SHORT and new else ""

    def make(self, folder: Path) -> None:
        """Make the mistake in a folder with the copy `my-article`."""
        path = folder / "my-article" / self.path
        if self.old:
            edit(path, self.old, self.new)
        elif self.path:
            path.parent.mkdir(exist_ok=True)
            path.write_text((path.read_text("utf-8") if path.exists() else "") + self.new, "utf-8")


class Removed(Mistake):
    """A file that is not there."""

    def make(self, folder: Path) -> None:
        """Remove it."""
        (folder / "my-article" / self.path).unlink()


class Deleted(Mistake):
    """A row that is gone from a table, and what evidence there is on it."""

    def make(self, folder: Path) -> None:
        """Delete the rows of the subject."""
        for name, mark in ((self.path, self.old), (REFERENCES, slug(self.old))):
            path = folder / "my-article" / name
            lines = path.read_text("utf-8").splitlines(keepends=True)
            path.write_text("".join(line for line in lines if mark not in line), "utf-8")


class Encoded(Mistake):
    """A file written in another encoding or with other marks between cells."""

    shown = ""

    def make(self, folder: Path) -> None:
        """Write it so."""
        path = folder / "my-article" / self.path
        if self.old:
            path.write_text(path.read_text("utf-8").replace(self.old, self.new), "utf-8")
        else:
            path.write_bytes(path.read_text("utf-8").replace("Chicago", "Zürich").encode("latin-1"))


PAGE = """# Thirty mistakes

What you are told when something goes wrong, so that you recognise it and find the place again. Each mistake is made by
itself in `my-article`, a copy of `examples/marathon`. The message is that of `tidebook check my-article`,
unless another command is shown. An **error** ends in exit code 2, and the previous report stays in place. A
**warning** is for you to judge; `--strict` makes it an error.

Generated from the commands by `make pages`; edit `tests/mistakes.py`, not this page.
"""

GROUPS: dict[str, list[Mistake]] = {
    "Cells and tables": [
        Mistake("A letter slips into a cell", MEN, "2:04:55", "2:O4:55"),
        Mistake("A cell is empty", MEN, "2003-09-28,2:04:55", "2003-09-28,"),
        Mistake("A day is written in a local order", MEN, "2023-10-08", "08/10/2023"),
        Mistake("A row has a cell too many", MEN, "2003-09-28,2:04:55", "2003-09-28,2:04:55,fast"),
        Mistake("A subject stands in two rows", MEN, "Kipchoge 2018", "Kipchoge 2022"),
        Mistake("A header is another than declared", MEN, "Record,City,Date,Time", "Record,City,Date,Finish"),
        Mistake(
            "The file has a column that is not declared",
            "article/women.csv",
            "Record,City,Date,Time\n",
            "Record,City,Date,Time,Shoe\n",
        ),
        Encoded("The file is saved with semicolons", MEN, ",", ";"),
        Encoded("The file is saved with tabs", MEN, ",", "\t"),
        Encoded("The file is saved as Windows does, not as UTF-8", MEN),
        Removed("The file is not there", MEN),
        Deleted(
            "A row is deleted with its evidence, and a metric names it",
            "article/women.csv",
            "Radcliffe 2003",
            "",
        ),
        Mistake(
            "A file lies in the folder that nothing reads",
            "article/boys.csv",
            "",
            "a,b\n1,2\n",
        ),
    ],
    "Declarations": [
        Mistake(
            "TOML: a quotation mark is missing", DOSSIER, 'title = "Two hours is next"', 'title = "Two hours is next'
        ),
        Mistake("The article has no day of publication", DOSSIER, "published = 2023-10-15\n", ""),
        Mistake("A unit is misspelt", METRICS, 'unit = "share"', 'unit = "shrae"'),
        Mistake(
            "The section is called as its entries are",
            CLAIMS,
            '[[claims]]\nid = "berlin"',
            '[[claim]]\nid = "berlin"',
        ),
        Mistake(
            "A key is misspelt",
            CLAIMS,
            'statement = "Eight of',
            'statment = "Eight of',
        ),
        Mistake("Two claims have one id", CLAIMS, 'id = "gain"', 'id = "berlin"'),
    ],
    "Formulas and claims": [
        Mistake("A column is misspelt in a formula", METRICS, 'best = "min(men.time)"', 'best = "min(men.tmie)"'),
        Mistake("Units do not go together", METRICS, 'is = "gain"\nunit = "second"', 'is = "gain"\nunit = "km"'),
        Mistake("A predicate is misspelt", CLAIMS, "at_least 0.888", "at_leats 0.888"),
        Mistake(
            "A claim states a figure that is not in print",
            CLAIMS,
            '"prose/marathon/distance"',
            '"prose/marathon/distence"',
        ),
        Mistake(
            "A quotation is not in the article",
            CLAIMS,
            "eight of the nine fell in Berlin",
            "nine of ten fell in Berlin",
        ),
    ],
    "Evidence": [
        Mistake("A reference is for a figure that is not in print", REFERENCES, "men/makau_2011", "men/makua_2011"),
        Mistake("A source is not declared", REFERENCES, KIPTUM, KIPTUM.replace(",kiptum,", ",kiptun,")),
    ],
    "Commands": [
        Mistake("The folder does not exist", command="check my-artcle"),
        Mistake(
            "The results are to go where a file is",
            "../notes.txt",
            "",
            "x",
            command="build my-article --out notes.txt",
        ),
        Mistake(
            "There are no results yet",
            command="status my-article --out nothing",
        ),
        Mistake("An outcome is misspelt", command="claims --outcome wrnog --out my-out"),
    ],
}


@cache
def standing_warnings() -> list[str]:
    """Return the warnings on the example as it is, which no mistake makes."""
    return check(settings(ROOT / "examples" / "marathon"), judged=False).warnings


def told(mistake: Mistake, folder: Path) -> str:
    """Make a mistake in a fresh copy of the smaller example, and return what the command says of it.

    Checks share what they have found, so that only what the mistake reaches is computed.
    """
    shutil.rmtree(folder / "my-article", ignore_errors=True)
    shutil.copytree(ROOT / "examples" / "marathon", folder / "my-article")
    mistake.make(folder)
    with chdir(folder):
        if mistake.command != Mistake.command:
            return tidebook(*mistake.command.split()).output.strip()
        try:
            found = check(settings(Path("my-article")), judged=False).warnings
            return "\n".join(f"warning: {line}" for line in found if line not in standing_warnings())
        except InputError as error:
            return "\n".join(f"error: {problem}" for problem in error.problems)


def page(out: Path) -> str:
    """Return docs/mistakes.md; `out` is the output folder of a build of the smaller example."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "my-out").symlink_to(out)
        text = PAGE
        for group, mistakes in GROUPS.items():
            text += f"\n## {group}\n"
            for each in mistakes:
                text += f"\n**{each.words}**{each.shown}\n\n```text\n{told(each, folder)}\n```\n"
    return text


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        tidebook("build", "--dossier", str(ROOT / "examples" / "marathon"), "--out", scratch)
        sys.stdout.write(page(Path(scratch)))
