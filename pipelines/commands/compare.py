"""The command `diff`: two releases compared.

Belongs here: finding the releases that are named, and printing. Does not: changes and their causes (`compare`).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from tidebook.pipelines.commands.common import json_option, out_option
from tidebook.pipelines.commands.foreign import check_own, warn_of_foreign
from tidebook.pipelines.commands.named import named_release
from tidebook.pipelines.commands.outcomes import FAIL_ON_NEW, print_failing, unwanted_since
from tidebook.pipelines.commands.terminal import print_json, print_line
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.settings import Settings, settings
from tidebook.places import previous_of, read_file
from tidebook.releases import LocalRelease

if TYPE_CHECKING:
    import pandas as pd

    from tidebook.pipelines.evaluate.declared import Metrics
    from tidebook.pipelines.read.dossier.declared import Dossier

RELEASE = "Output folder, release folder, or release id"


@click.command()
@click.argument("old", required=False, metavar="[A]", help=f"{RELEASE}. Default: the one before B.")
@click.argument("new", required=False, metavar="[B]", help=f"{RELEASE}. Default: the latest.")
@click.option("--fail-on", metavar="WORDS", help=FAIL_ON_NEW)
@out_option
@json_option
def diff(old: str | None, new: str | None, fail_on: str | None, out: str | None, as_json: bool) -> None:
    """Show what changed from release A to B, and why: outcomes, verdicts, values, rows."""
    unwanted = unwanted_since(fail_on or "")
    folders = settings(None, out)
    before, after = _two_releases(old, new, folders)
    if unwanted[0]:
        for release in (before, after):
            check_own(release)
    else:
        warn_of_foreign(before, after)
    from tidebook.pipelines.compare.changes import compare
    from tidebook.pipelines.compare.changes_table import UNREADABLE, difference_json, difference_lines, difference_of
    from tidebook.pipelines.compare.review import judged_rows

    old_tables, new_tables = release_tables(before), release_tables(after)
    try:
        dossier, metrics = release_metrics(after, old_tables, new_tables)
        difference = difference_of(before, after, compare(old_tables, new_tables, metrics, dossier.tables))
        document, lines = difference_json(difference), list(difference_lines(difference))
    except InputError:
        raise
    except UNREADABLE as error:
        expected = f"a release whose tables this version can compare with those of {before.folder}"
        why = f"{type(error).__name__}: {error}".splitlines()[0]
        raise InputError(Problem(str(after.folder), f"{expected} ({why})")) from error
    if as_json:
        print_json(document)
    else:
        for line in lines:
            print_line(line)
    if print_failing(*unwanted, judged_rows(old_tables), judged_rows(new_tables)):
        raise Exit(1)


def _two_releases(old: str | None, new: str | None, folders: Settings) -> tuple[LocalRelease, LocalRelease]:
    """Return the releases to compare: by default the latest, and the one before.

    Raises:
        InputError: there is no such release, or the first one has none before it.
    """
    for argument, name in (("A", old), ("B", new)):
        # Elsewhere an empty name means the latest. Here it is more likely an empty variable in a script.
        if name == "":
            raise InputError(Problem(argument, "an output folder, a release folder, or the id of a release"))
    after = named_release(new or "", folders)
    old = old or previous_of(after.manifest)
    if not old:
        raise InputError(Problem(str(after.folder), "a release with one before it, or two to compare"))
    return named_release(old, folders), after


def release_metrics(release: LocalRelease, *tables: dict[str, pd.DataFrame]) -> tuple[Dossier, Metrics]:
    """Return the dossier of a release and its metrics, checked against the figures of the releases compared.

    Metrics that are in claims, and conditions that are joined, are among them.

    Raises:
        InputError: the dossier cannot be read, or its metrics do not fit the figures.
    """
    import pandas as pd

    from tidebook.pipelines.compare.causes import assumed_by
    from tidebook.pipelines.evaluate.declared import known_tables, read_metrics, ready_metrics
    from tidebook.pipelines.evaluate.evidence_values import EvidenceValues
    from tidebook.pipelines.evaluate.step_cache import StepCache
    from tidebook.pipelines.judge.claims import conjunctions, declared_claims, inline_metrics
    from tidebook.pipelines.judge.quoted import bind
    from tidebook.pipelines.read.dossier.checked import dossier_in
    from tidebook.pipelines.read.dossier.sections import evidence_file, section_of, section_paths
    from tidebook.pipelines.read.evidence_tables.declared import read_evidence_tables
    from tidebook.pipelines.read.evidence_tables.paths import metadata_of
    from tidebook.pipelines.read.rawfile import read_raw

    figures = pd.concat([release_tables["figures"] for release_tables in tables])
    figures = figures.drop_duplicates("figure_id", keep="last")
    inputs = release.folder / "inputs"
    dossier = dossier_in(inputs)
    paths = section_paths(inputs)
    raw, claims = (section_of(paths[name], read_raw(inputs, paths[name]).data, name) for name in ("metrics", "claims"))
    declaring = evidence_file(inputs)
    evidence = read_evidence_tables(declaring, {path: read_raw(inputs, path) for path in metadata_of(declaring)})
    on, last = dossier.switched_on, tables[-1]
    drafts = read_metrics(raw, dossier.wording, inline_metrics(claims, on), claims, evidence)
    columns = known_tables(figures, dossier.printed, drafts)
    bound = bind(claims, declared_claims(claims, on), drafts, columns, last.get("text_quotes"), StepCache(), evidence)
    cutoffs = assumed_by(dict(zip(last["assumptions"]["name"], last["assumptions"]["value"], strict=True))).cutoffs
    formulas = bound.with_units(drafts)
    formulas |= conjunctions(claims, formulas, cutoffs, on, bound)
    known = EvidenceValues(last.get("evidence_rows"), evidence, dossier.article.published)
    return dossier, ready_metrics(formulas, columns, raw, StepCache(), claims, evidence=known)


def release_tables(release: LocalRelease) -> dict[str, pd.DataFrame]:
    """Read all tables of a release.

    Raises:
        InputError: a table is damaged, or one that a comparison needs is missing.
    """
    from pyarrow import ArrowException

    from tidebook.pipelines.compare.changes import missing_tables
    from tidebook.schemas.parquet import read_parquet

    tables = {}
    for name in sorted(release.manifest["files"]):
        path = release.folder / name
        if not name.startswith("tables/"):
            continue
        try:
            tables[path.stem] = read_parquet(io.BytesIO(read_file(path)))
        except (ArrowException, OSError, UnicodeDecodeError, OverflowError, LookupError):
            raise InputError(Problem(str(path), "a Parquet file that can be read")) from None
        if not tables[path.stem].columns.is_unique:
            raise InputError(Problem(str(path), "each column once"))
    missing = missing_tables(tables)
    if missing:
        raise InputError(Problem(str(release.folder), f"a release that has {missing}"))
    return tables
