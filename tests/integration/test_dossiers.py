"""Small dossiers, each without some part: what is left builds, and what is missing is told where something names it.

Belongs here: that no part but the article and a table is needed. Does not: what single declarations say
(`tests/unit/test_dossier.py`), or the shipped dossier.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import tidebook
from tests.dossiers import written
from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.graph.warnings import dossier_warnings
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.plugin import all_plugins
from tidebook.pipelines.read.rawfile import INSIDE
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.release.build import publish_results
from tidebook.schemas.parquet import read_parquet
from tidebook.schemas.registry import ALWAYS, SOURCED

DOSSIER = """
[article]
title = "Stop renting GPUs"
publisher = "ops.example"
published = 2025-06-03
written = 2025-05-20

[units.GPU]
meaning = "graphics processors"
words = ["GPUs", "GPU"]

[units.region]
meaning = "cloud regions"
words = ["regions", "region"]

[tables.prices]
path = "article/prices.csv"
title = "List price of one GPU per hour"
[tables.prices.columns]
"Provider" = { name = "provider", role = "subject" }
"Type" = { name = "type", role = "label", enum = ["hyperscaler", "specialist"] }
"Price" = { name = "price", unit = "USD/GPU-hour", basis = "list price", minimum = 0 }

[tables.reach]
path = "article/reach.csv"
title = "Where they are"
[tables.reach.columns]
"Provider" = { name = "provider", role = "subject" }
"Regions" = { name = "regions", unit = "region" }
"""
THEMES = """
[themes]
cost = "What it costs"
"""
PRICES = """\
Provider,Type,Price
Grand,hyperscaler,$8.00/GPU-hour
Huge,hyperscaler,$6.00/GPU-hour
Small,specialist,$2.00/GPU-hour
"""
REACH = "Provider,Regions\nGrand,30 regions\nHuge,25\nSmall,3\n"
METRICS = """
[metrics.dearness]
is = 'mean(prices[type == "hyperscaler"].price) / mean(prices[type == "specialist"].price)'
unit = "ratio"
means = "Mean price of hyperscalers over that of specialists"

[metrics.price_per_region]
is = "prices.price / match(reach.regions, prices)"
unit = "USD/GPU-hour/region"
means = "Price for each region"
"""
CLAIMS = """
[[claims]]
id = "dear"
statement = "Hyperscalers charge three times as much"
interpretations = [{ interpretation = "mean over mean", metric = "dearness", predicate = "at_least 3" }]
"""
SOURCES = """
[sources.lists]
title = "Price lists"
publisher = "Providers"
address = "https://example.org"
tier = "P"
licence = "CC0"
published = 2025-06-10
"""
REFERENCES = """\
figure_id,basis,text,interval,unit,as_of,source,tier,note
prices/grand/price,list price,$7.00,,USD/GPU-hour,2025-05-01,lists,P,
"""
PREDICTIONS = """
[[predictions]]
id = "cheaper"
kind = "prediction"
section = "Outlook"
statement = "Prices fall"
criterion = "They fell"
ambiguous_words = ["fall"]
ambiguity = "By how much"
no_deadline = "No date is given"
"""
EVENTS = """\
event_id,date,kind,status,subject,counterparty,text,unit,source,tier,note
launch,2025-05-02,launch,completed,grand,,,,lists,P,
"""
FILES = {
    "dossier.toml": DOSSIER + THEMES,
    "article/prices.csv": PRICES,
    "article/reach.csv": REACH,
    "metrics.toml": METRICS.replace('unit = "ratio"', 'unit = "ratio"\ntheme = "cost"'),
    "claims.toml": CLAIMS.replace('id = "dear"', 'id = "dear"\ntheme = "cost"'),
    "sources.toml": SOURCES,
    "predictions.toml": PREDICTIONS,
    "reference/figures.csv": REFERENCES,
    "reference/events.csv": EVENTS,
    "assumptions.toml": "[draws]\ncount = 100\nseed = 1\n",
}


def folder(place: Path, files: dict[str, str | None]) -> Path:
    """Return the dossier with some files changed, or left out where there is no text."""
    return written(place / "raw", {name: text for name, text in (FILES | files).items() if text is not None})


def built(place: Path, **files: str | None) -> Run:
    """Return a run that has made every step of the dossier, `claims` changed to this text, and so on."""
    named = {name.rpartition("/")[2].partition(".")[0]: name for name in FILES}
    raw = folder(place, {named.get(name, name): text for name, text in files.items()})
    run = Run(graph_of(Settings(raw, place / "out")), Store(place / "out"), place / "out")
    run.execute(RunObserver())
    publish_results(run)
    return run


def outcome(run: Run) -> str:
    (row,) = run.table("outcomes").query("statement_kind == 'assertion'").to_dict("records")
    return str(row["outcome"])


def printed_metrics(run: Run) -> pd.DataFrame:
    """Return the metrics on the figures as printed, by their ids."""
    metrics = run.table("metrics")
    return metrics[metrics["evidence_view"] == "printed"].set_index("metric_id")


def refused(place: Path, **files: str | None) -> list[str]:
    with pytest.raises(InputError) as caught:
        built(place, **files)
    return str(caught.value).splitlines()


def test_the_whole_of_it_builds(tmp_path: Path) -> None:
    run = built(tmp_path)
    assert list(run.graph.published) == ["prices", "reach", *(name for name in ALWAYS if name in run.graph.steps)]
    metrics = printed_metrics(run)
    assert metrics.loc["dearness", "value"] == pytest.approx(7 / 2)
    assert metrics.loc["price_per_region/huge", "value"] == pytest.approx(6 / 25)
    assert (metrics.loc["dearness", "theme"], metrics.loc["price_per_region/huge", "theme"]) == ("cost", "")
    assert list(run.table("verdicts")["status"].head(1)) == ["supported"]
    assert set(run.table("reference_values")["figure_id"]) == {"prices/grand/price"}
    manifest = json.loads((tmp_path / "out" / "latest" / "manifest.json").read_bytes())
    assert manifest["dossier"] == "stop_renting_gpus"


# Without some part.

ALONE: dict[str, str | None] = dict.fromkeys(
    ("metrics", "claims", "sources", "predictions", "figures", "events", "assumptions")
)


MADE_OF = {
    "predictions": ("predictions", "resolutions", "forecasts"),
    "figures": ("reference_values", "substitutions"),
    "events": ("events",),
    "claims": ("claims", "interpretations", "verdicts", "tipping_points"),
    "metrics": ("metrics",),
}
"""The tables that are empty without a file."""


@pytest.mark.parametrize(
    "files",
    [
        {"predictions": None},
        {"figures": None},
        {"events": None},
        {"figures": None, "events": None, "sources": None},
        {"assumptions": None},
        {"claims": None},
        {"claims": "claims = []\n"},
        {"metrics": None, "claims": None},
        ALONE,
    ],
    ids=",".join,
)
def test_what_is_left_builds(tmp_path: Path, files: dict[str, str | None]) -> None:
    run = built(tmp_path, **files)
    report = (tmp_path / "out" / "latest" / "report" / "index.html").read_text(encoding="utf-8")
    assert "Stop renting GPUs" in report
    assert [name for part in files for name in MADE_OF.get(part, ()) if not run.table(name).empty] == []
    assert "claims" in files or outcome(run)


def test_without_themes_all_is_under_one_heading(tmp_path: Path) -> None:
    run = built(tmp_path, dossier=DOSSIER, metrics=METRICS, claims=CLAIMS)
    assert set(run.table("claims")["theme"]) == {""}
    assert outcome(run)


def test_a_theme_that_is_not_declared_is_reported(tmp_path: Path) -> None:
    lines = refused(tmp_path, dossier=DOSSIER)
    assert [line.partition(":")[0] for line in lines] == ["metrics.toml"]
    assert 'found "cost", expected no theme, since the dossier declares none' in lines[0]


ONE = (
    DOSSIER[: DOSSIER.index("[units.region]")]
    + DOSSIER[DOSSIER.index("[tables.prices]") : DOSSIER.index("[tables.reach]")]
)


def test_one_table_alone_builds(tmp_path: Path) -> None:
    run = built(tmp_path, **{**ALONE, "dossier": ONE, "reach": None})
    assert list(run.table("figures")["figure_id"]) == [f"prices/{name}/price" for name in ("grand", "huge", "small")]
    assert set(run.graph.raw_files.values()) == {"dossier.toml", "article/prices.csv"}


def test_the_shortest_dossier_builds_from_the_command_line(tmp_path: Path) -> None:
    files: dict[str, str | None] = {name: None for name in FILES if name not in ("dossier.toml", "article/prices.csv")}
    raw = folder(tmp_path, files | {"dossier.toml": ONE})
    for command in (("check",), ("build", "--out", str(tmp_path / "out"))):
        result = tidebook(*command, "--raw", str(raw))
        assert result.exit_code == 0, result.output


@pytest.mark.parametrize("name", ["prices", "reach"])
def test_a_table_of_a_header_alone_builds_and_nothing_is_said_of_it(tmp_path: Path, name: str) -> None:
    header = {"prices": PRICES, "reach": REACH}[name].splitlines()[0] + "\n"
    run = built(tmp_path, **{name: header}, figures=None)
    assert run.table(name).empty
    values = printed_metrics(run)["value"]
    assert "dearness" not in values or (name == "prices") == bool(pd.isna(values["dearness"]))
    assert not [each for each in values.index if each.startswith("price_per_region/")]
    assert outcome(run) == ("unchecked" if name == "prices" else outcome(built(tmp_path / "whole", figures=None)))


def test_a_table_that_is_missing_is_reported_wherever_it_is_named(tmp_path: Path) -> None:
    without = DOSSIER[: DOSSIER.index("[tables.prices]")] + DOSSIER[DOSSIER.index("[tables.reach]") :] + THEMES
    lines = refused(tmp_path, dossier=without, prices=None)
    assert {line.partition(":")[0] for line in lines} >= {"reference/figures.csv"}
    (reference,) = (line for line in lines if line.startswith("reference/figures.csv"))
    assert 'found "prices/grand/price", expected one of the tables reach before the first slash' in reference


ONE_CLAIM = CLAIMS.replace('id = "dear"', 'id = "dear"\ntheme = "cost"\nstates_figures = ["prices/grand/price"]')
DEARER = """
[define]
most = "max(prices.price)"

[metrics.dearness]
is = 'prices[grand].price / mean(prices[type == "specialist"].price)'
unit = "ratio"
means = "Grand's price over that of specialists"

[metrics.dearest]
is = "most"
unit = "USD/GPU-hour"
means = "The highest price, which no claim reads"
"""


LOST = 'found "prices/grand/price", expected a published figure, since dear asserts it'
UNTESTABLE = "; without it interpretations of dear cannot be tested"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "Small,specialist,$2.00/GPU-hour\n",
            "",
            ['found ""specialist"", expected a type of prices; dear asks for it'],
        ),
        (
            PRICES.partition("\n")[2],
            "",
            [
                'found "prices", expected a table with rows' + UNTESTABLE,
                LOST,
            ],
        ),
    ],
    ids=["no row of the label", "no row"],
)
def test_a_claim_that_loses_its_figures_is_reported_with_the_figure(
    tmp_path: Path, old: str, new: str, told: list[str]
) -> None:
    changes = {"metrics.toml": DEARER, "claims.toml": ONE_CLAIM, "reference/figures.csv": None}
    raw = folder(tmp_path, {**changes, "article/prices.csv": PRICES.replace(old, new)})
    for command in (("check",), ("build", "--out", str(tmp_path / "out"))):
        result = tidebook(*command, "--raw", str(raw))
        assert result.exit_code == 0, result.output
        files = ("warning: metrics.toml", "warning: claims.toml")
        notes = [line for line in result.output.splitlines() if line.startswith(files)]
        assert [line[line.index("found ") :] for line in notes] == told


CONDITIONS = {
    "equal": 'sum(prices[type == "specialists"].price)',
    "unequal": 'sum(prices[type != "specialists"].price)',
    "turned round": 'sum(prices[not "Specialist" == type].price)',
    "a comparison of rows": 'sum(prices.price * (prices.type == "specialists"))',
    "another table": 'sum(reach[prices.type == "specialists"].regions)',
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_typo_in_a_label_stops_the_build_with_the_label_that_a_row_has(tmp_path: Path, condition: str) -> None:
    """Else the condition would hold for no row, or for every one, in silence."""
    metric = DEARER.partition("[metrics.dearest]")[0]
    is_line = next(line for line in metric.splitlines() if line.startswith("is = "))
    unit = "region" if "regions" in CONDITIONS[condition] else "USD/GPU-hour"
    metric = metric.replace(is_line, f"is = '{CONDITIONS[condition]}'").replace('unit = "ratio"', f'unit = "{unit}"')
    raw = folder(tmp_path, {"metrics.toml": metric, "claims.toml": ONE_CLAIM, "reference/figures.csv": None})
    for command in (("check",), ("build", "--out", str(tmp_path / "out"))):
        result = tidebook(*command, "--raw", str(raw))
        assert result.exit_code == 2, result.output
        (line,) = [line for line in result.output.splitlines() if line.startswith("error: metrics.toml:")]
        assert "expected a type of prices; did you mean specialist?; dear asks for it" in line


def test_a_label_that_its_column_declares_may_have_no_row_yet(tmp_path: Path) -> None:
    dossier = FILES["dossier.toml"].replace(
        '["hyperscaler", "specialist"]', '["hyperscaler", "specialist", "specialists"]'
    )
    metric = DEARER.replace('== "specialist"', '== "specialists"')
    raw = folder(tmp_path, {"dossier.toml": dossier, "metrics.toml": metric, "claims.toml": ONE_CLAIM})
    result = tidebook("check", "--raw", str(raw))
    assert result.exit_code != 2 and 'found ""specialists"", expected a type of prices; dear asks' in result.output


def test_a_row_that_a_condition_on_another_table_cannot_select_is_reported_with_what_is_near(tmp_path: Path) -> None:
    metric = DEARER.replace('prices[type == "specialist"]', "prices[reach.regions > 1]")
    changes = {"metrics.toml": metric, "claims.toml": ONE_CLAIM, "reference/figures.csv": None}
    for number, (renamed, told) in enumerate(
        {
            REACH: None,
            REACH.replace("Huge", "Hugge"): "huge has none and is not selected; did you mean hugge?; dear asks for it",
            REACH.replace("Huge,25\nSmall,3\n", ""): "huge, small have none and are not selected; dear asks for it",
        }.items()
    ):
        raw = folder(tmp_path / str(number), {**changes, "article/reach.csv": renamed})
        lines = tidebook("check", "--raw", str(raw)).output.splitlines()
        (words, *more) = [line for line in lines if "not selected" in line] or [None]
        assert not more and (words is None if told is None else words is not None and words.endswith(told))


def test_a_claim_whose_row_is_renamed_stops_the_build_with_what_is_near(tmp_path: Path) -> None:
    changes = {"metrics.toml": DEARER, "claims.toml": ONE_CLAIM, "reference/figures.csv": None}
    raw = folder(tmp_path, {**changes, "article/prices.csv": PRICES.replace("Grand,", "Gand,")})
    for command in (("check",), ("build", "--out", str(tmp_path / "out"))):
        result = tidebook(*command, "--raw", str(raw))
        assert result.exit_code == 2, result.output
        (line,) = [line for line in result.output.splitlines() if line.startswith("error: metrics.toml:")]
        assert 'found "grand", expected a subject of prices; did you mean gand?' + UNTESTABLE in line


def test_a_row_that_only_a_claim_names_is_looked_for_in_the_file_of_claims(tmp_path: Path) -> None:
    claim = """[[claims]]
id = "dear"
statement = "Grand is dear"
is = "prices[gand].price"
unit = "USD/GPU-hour"
predicate = "above 3"
"""
    raw = folder(tmp_path, {"claims.toml": claim, "reference/figures.csv": None})
    result = tidebook("check", "--raw", str(raw))
    assert result.exit_code == 2, result.output
    assert 'error: claims.toml:4, column "claims.0.is, character 8": found "gand"' in result.output
    assert "expected a subject of prices; did you mean grand?" + UNTESTABLE in result.output


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    (line, *_) = refused(tmp_path, prices=None)
    assert line.startswith("article/prices.csv: expected a file of this name in the dossier")


# Plugins.

OF_PLUGINS = re.compile(
    r"projection|accelerator|ledger|\bGPU|token|FLOP|databases|the database|live source|compan|\bdeals?\b|listed",
    re.IGNORECASE,
)


def test_without_plugins_nothing_of_them_is_there(tmp_path: Path) -> None:
    text = {name: each.replace("GPU", "device") for name, each in FILES.items()}
    run = built(tmp_path, **{name.rpartition("/")[2].partition(".")[0]: each for name, each in text.items()})
    assert not {*SOURCED, *(name for each in all_plugins() for name in each.tables)} & {*run.graph.steps}
    release = tmp_path / "out" / "latest"
    said = {
        f"{path.relative_to(release)}: {found[0]}"
        for path in release.rglob("*")
        if path.suffix in (".html", ".md", ".json", ".xml")
        for found in OF_PLUGINS.finditer(path.read_text(encoding="utf-8"))
    }
    assert said == set()


@pytest.mark.parametrize(
    ("command", "switch"),
    [
        (("ledger", "build", "--ledger", "somewhere"), "the section [plugins.ledger]"),
        (("sources", "fetch"), "a plugin that fetches sources: [plugins.live]"),
    ],
)
def test_a_command_of_a_plugin_that_is_not_switched_on_says_so(
    tmp_path: Path, command: tuple[str, ...], switch: str
) -> None:
    result = tidebook(*command, "--raw", str(folder(tmp_path, {})))
    assert result.exit_code == 2
    assert f"dossier.toml: expected {switch}" in result.output


def test_a_plugin_has_its_table(tmp_path: Path) -> None:
    section = """
[plugins.projections]
horizons = [1]
of = [{ quantity = "price", population = "all", unit = "USD/GPU-hour", words = "All.", series = "price" }]
"""
    run = built(tmp_path, dossier=FILES["dossier.toml"] + section)
    assert "projections" in run.graph.published and "gpu_hours" not in run.graph.steps
    assert len(run.table("projections")) == 1, "of one quantity without a point, from one day"


def test_an_output_folder_belongs_to_one_dossier(tmp_path: Path) -> None:
    built(tmp_path)
    changed = {
        "dossier.toml": FILES["dossier.toml"].replace("renting GPUs", "renting cars"),
        "article/prices.csv": PRICES + "\n",
    }
    other = folder(tmp_path / "other", changed)
    before = {path: path.read_bytes() for path in (tmp_path / "out" / "store").rglob("current")}
    run = Run(graph_of(Settings(other, tmp_path / "out")), Store(tmp_path / "out"), tmp_path / "out")
    with pytest.raises(
        InputError, match="a folder for results of stop_renting_cars: it has those of stop_renting_gpus"
    ):
        run.execute(RunObserver())
    assert {path: path.read_bytes() for path in (tmp_path / "out" / "store").rglob("current")} == before
    told = tidebook("status", "--raw", str(other), "--out", str(tmp_path / "out"))
    hint = "it has those of stop_renting_gpus; `--in` names the article, `--out` the folder"
    assert told.exit_code == 2 and hint in told.output


# Where sections stand.


def test_all_sections_in_one_file_come_to_the_same(tmp_path: Path) -> None:
    apart = built(tmp_path / "apart")
    assumptions = "[assumptions.draws]\ncount = 100\nseed = 1\n"
    whole = "\n".join(
        [FILES["dossier.toml"], FILES["metrics.toml"], FILES["claims.toml"], SOURCES, PREDICTIONS, assumptions]
    )
    files = dict.fromkeys(("metrics", "claims", "sources", "predictions", "assumptions"))
    together = built(tmp_path / "together", dossier=whole, **files)
    assert set(together.graph.raw_files.values()) == {
        "dossier.toml", "article/prices.csv", "article/reach.csv", "reference/figures.csv", "reference/events.csv",
    }  # fmt: skip
    for name in apart.graph.published:
        if name != "changes":
            pd.testing.assert_frame_equal(together.table(name), apart.table(name), obj=name)


def test_a_change_of_one_section_leaves_the_steps_of_the_others(tmp_path: Path) -> None:
    whole = "\n".join([FILES["dossier.toml"], FILES["metrics.toml"], FILES["claims.toml"]])
    built(tmp_path, dossier=whole, metrics=None, claims=None)
    raw = folder(
        tmp_path, {"dossier.toml": whole.replace("at_least 3", "at_least 4"), "metrics.toml": None, "claims.toml": None}
    )

    computed: set[str] = set()

    class Observer(RunObserver):
        def step_finished(self, step: str, reused: bool) -> None:
            computed.update([] if reused else [step])

    run = Run(graph_of(Settings(raw, tmp_path / "out")), Store(tmp_path / "out"), tmp_path / "out")
    run.execute(Observer())
    assert {"interpretations", "verdicts"} <= computed
    # The numbers that claims quote are figures too: those are listed again, and come out the same.
    assert {"prices", "reach", "reference_values", "events"} & computed == set()


def test_the_declaration_that_is_proposed_for_an_empty_cell_is_taken(tmp_path: Path) -> None:
    reach = REACH.replace("Huge,25", "Huge,")
    said = re.search(r'missing = \[""\]', "\n".join(refused(tmp_path, **{"article/reach.csv": reach})))
    assert said
    main = FILES["dossier.toml"].replace('unit = "region"', f'unit = "region", {said[0]}')
    figures = built(tmp_path, dossier=main, **{"article/reach.csv": reach}).table("figures").set_index("figure_id")
    assert list(figures.loc["reach/huge/regions", ["kind", "text"]]) == ["missing", ""]


@pytest.mark.parametrize(("predicate", "word"), [("at_least 3", "consistent"), ("above 1.4", "stands")])
def test_a_figure_that_nothing_corroborates_keeps_a_claim_open_only_where_doubling_or_halving_it_flips_it(
    tmp_path: Path, predicate: str, word: str
) -> None:
    """(8 + 6) / 2 over 2 is 3.5: a specialist at 2.5 times its price, which is beyond doubling, makes it 1.4."""
    assert outcome(built(tmp_path, claims=CLAIMS.replace("at_least 3", predicate))) == word


# A data package.
MEDALS = "Country,Medals\nChad,1\nMali,2\n"


def test_a_data_package_alone_builds(tmp_path: Path) -> None:
    fields = [{"name": "Country", "type": "string"}, {"name": "Medals", "type": "integer"}]
    package = {
        "title": "Medals",
        "created": "2024-08-12",
        "resources": [{"name": "medals", "path": "medals.csv", "schema": {"fields": fields}}],
    }
    metrics = '[metrics.all]\nis = "sum(medals.medals)"\nunit = "number"\nmeans = "All"\n'
    files = {"datapackage.json": json.dumps(package), "medals.csv": MEDALS, "metrics.toml": metrics}
    written(tmp_path / "raw", files)
    run = Run(graph_of(Settings(tmp_path / "raw", tmp_path / "out")), Store(tmp_path / "out"), tmp_path / "out")
    run.execute(RunObserver())
    publish_results(run)
    assert list(run.table("medals")["subject"]) == ["chad", "mali"]
    assert printed_metrics(run).loc["all", "value"] == 3
    assert dossier_warnings(run) == []
    assert tidebook("check", "--raw", str(tmp_path / "raw")).exit_code == 0


def test_a_data_package_declares_the_tables_of_a_dossier_that_declares_none(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    fields = [{"name": "Country", "type": "string"}, {"name": "Medals", "type": "integer", "unit": "medal"}]
    package = {"resources": [{"name": "medals", "path": "medals.csv", "schema": {"fields": fields}}]}
    written(raw, {"datapackage.json": json.dumps(package), "medals.csv": MEDALS})
    told = tidebook("check", "--raw", str(raw))
    assert (told.exit_code, "datapackage.json: expected created, or beside it dossier.toml" in told.output) == (2, True)
    (raw / "dossier.toml").write_text(
        """[article]
title = "Medals"
published = 2024-08-12

[units.medal]
meaning = "medals"

[metrics.all]
is = "sum(medals.medals)"
unit = "medal"
means = "All"
""",
        encoding="utf-8",
    )
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0
    assert set(read_parquet(out / "latest" / "tables" / "metrics.parquet")["value"]) == {3.0}
    assert "Up to date" in tidebook("status", "--raw", str(raw), "--out", str(out)).output
    assert "Verified" in tidebook("verify", "--out", str(out)).output
    fields[1]["unit"] = "medals"
    (raw / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    told = tidebook("build", "--raw", str(raw), "--out", str(out))
    assert (told.exit_code, told.output.count("error:")) == (2, 1)
    assert "datapackage.json" in told.output and "did you mean medal?" in told.output, told.output


def test_rows_that_a_country_and_a_year_name_together_are_chosen_by_either(tmp_path: Path) -> None:
    people = """
[tables.people]
path = "people.csv"
title = "People"
[tables.people.columns]
"国" = { name = "country", role = "subject" }
"Year" = { name = "year", role = "subject" }
"人口" = { name = "number", unit = "person" }
"""
    growth = '''
[metrics.growth]
is = """sum(people[country == "日本" and year == "2020"].number) - sum(people[year == "2010"].number)"""
unit = "person"
means = "Growth"
'''
    rows = "国,Year,人口\n日本,2010,128\n日本,2020,126\nМали,2020,21\n"
    run = built(tmp_path, dossier=FILES["dossier.toml"] + people, metrics=METRICS + growth, **{"people.csv": rows})
    assert list(run.table("people")["subject"]) == ["riben_2010", "riben_2020", "mali_2020"]
    figures = run.table("figures")
    assert list(figures[figures["table_name"] == "people"]["label"]) == ["日本, 2010", "日本, 2020", "Мали, 2020"]
    assert printed_metrics(run).loc["growth", "value"] == -2
    (tmp_path / "raw" / "people.csv").write_text(rows.replace("2020,126", "2010,126"), encoding="utf-8")
    told = tidebook("check", "--raw", str(tmp_path / "raw"))
    assert told.exit_code == 2
    assert "expected a subject not in line 2: both are riben_2010" in told.output


def test_an_article_that_is_named_and_not_there_is_an_error(tmp_path: Path) -> None:
    named = FILES["dossier.toml"].replace("[article]\n", '[article]\ntext = "artcle.md"\n')
    (line,) = refused(tmp_path, dossier=named)
    assert line.startswith("artcle.md: expected a file of this name in the dossier")


@pytest.mark.parametrize("place", ["/etc/passwd", "../article.md"])
def test_an_article_is_a_file_of_its_dossier(tmp_path: Path, place: str) -> None:
    named = FILES["dossier.toml"].replace("[article]\n", f'[article]\ntext = "{place}"\n')
    with pytest.raises(InputError, match=f'column "article.text": found "{place}", expected {INSIDE}'):
        built(tmp_path, dossier=named)


def test_an_article_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    named = FILES["dossier.toml"].replace("[article]\n", '[article]\ntext = "article"\n')
    assert any(line.startswith("article: expected a") for line in refused(tmp_path, dossier=named))
