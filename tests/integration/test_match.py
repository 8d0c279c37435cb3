"""`tidebook match`: evidence for figures that have none, found by words, with the chance of an accident beside it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import tidebook
from tests.dossiers import written
from tests.integration.test_servers_for_tools import Editor, called
from tests.oracles import lsp

ARTICLE = """# Work and prices

## Unemployment in Germany

In 2019 the unemployment rate of Germany was 3.1%. In 2020 the unemployment rate was 8.0% in France and 9.3% in Italy.
The unemployment rate of Bremen was 3.9% in 2020. The interest rate of Germany was 3.9% in 2020.

## Prices

Inflation in Spain was 0.7% in 2019.
"""
DOSSIER = """
[article]
title = "Work and prices in Europe"
published = 2021-06-03
text = "article.md"
own = true

[tables.rates]
path = "rates.csv"
title = "Unemployment rate"
[tables.rates.columns]
"Country" = { name = "country", role = "subject" }
"2019" = { name = "in_2019", unit = "percent", basis = "share of the labour force" }
"Interest 2020" = { name = "interest", unit = "percent", basis = "yield" }

[sources.office]
title = "Office"
publisher = "Office"
address = "none"
tier = "S"
licence = "CC0"
published = 2021-01-10

[evidence.jobless]
path = "evidence/jobless.csv"
title = "Unemployment rate (% of labour force)"
source = "office"
key = ["country", "year"]
values = { rate = "percent" }

[evidence.prices]
path = "evidence/prices.csv"
title = "Inflation"
source = "office"
key = ["year"]
values = { inflation = "percent" }
"""
QUOTES = {
    "germany": "3.1%",
    "italy": "9.3%",
    "bremen": "of Bremen was 3.9%",
    "interest": "of Germany was 3.9%",
    "spain": "0.7%",
}
FIGURES = "".join(f'\n[[figures]]\nid = "{name}"\nquote = "{quote}"\n' for name, quote in QUOTES.items())
CLAIM = '\n[[claims]]\nid = "low"\nquote = "8.0%"\nis = "mean(rates.in_2019)"\n'
FILES = {
    "article.md": ARTICLE,
    "dossier.toml": DOSSIER + FIGURES + CLAIM,
    "rates.csv": "Country,2019,Interest 2020\nSpain,14.1%,3.9%\nItaly,1.9%,1.1%\n",
    "evidence/jobless.csv": (
        "country,year,rate\nFrance,2019,8.4\nFrance,2020,8.0\nGermany,2019,3.1\nGermany,2020,3.9\n"
        "Spain,2019,14.1\nSpain,2020,15.5\nItaly,2019,10.0\nItaly,2020,9.2\n"
    ),
    "evidence/prices.csv": "year,inflation\n2019,0.7\n2020,-0.3\n",
}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A dossier whose article says more than its evidence knows."""
    return written(tmp_path / "raw", FILES)


def matched(raw: Path, *words: str) -> dict[str, Any]:
    """Return what the command prints as JSON."""
    result = tidebook("match", *words, "--in", str(raw), "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def expressions(found: dict[str, Any]) -> dict[str, list[str]]:
    """Return the expressions that fit each figure."""
    return {one["id"]: [each["expression"] for each in one["matches"]] for one in found["proposed"]}


def test_a_series_fits_by_words_country_period_and_unit(raw: Path) -> None:
    """Bremen is no country, and its heading does not make it Germany; interest is no unemployment; no series of prices
    says that it is of Spain."""
    found = matched(raw)
    both = ["jobless[fra, 2020]", "jobless[ita, 2020]"]
    assert expressions(found) == {
        "rates/spain/in_2019": ["jobless[esp, 2019]"],
        "rates/italy/in_2019": ["jobless[ita, 2019]"],
        "figures/germany": ["jobless[deu, 2019]"],
        "figures/italy": both,
        "claims/low": both,
    }
    assert {"figures/bremen", "figures/interest", "figures/spain", "rates/spain/interest"} <= set(found["without"])


def test_the_chance_counts_the_values_that_lie_as_near_and_the_series_tried(raw: Path) -> None:
    """3.1 % is printed as 3.05 to 3.15, where one of eight values lies. Of 9.25 to 9.35 the 9.2 of Italy is 0.05 away,
    as no other is, and the 8.0 of France 1.25, as are 8.4, 9.2 and 10.0: 1 of 8 and 4 of 8, with two tries each."""
    by_id = {one["id"]: one["matches"] for one in matched(raw)["proposed"]}
    chances = [(each["as_near"], each["of"], each["chance"]) for each in by_id["figures/italy"]]
    assert chances == [(4, 8, pytest.approx(1 - (1 / 2) ** 2)), (1, 8, pytest.approx(1 - (7 / 8) ** 2))]
    (of_germany,) = by_id["figures/germany"]
    assert (of_germany["as_near"], of_germany["of"], of_germany["chance"]) == (1, 8, 0.125)
    assert of_germany["value"] == "3.1%"
    # 1.9 % is 1.15 from Germany's 3.1 %, and farther than all but one of the others from Italy's 10.0 %.
    (of_italy,) = by_id["rates/italy/in_2019"]
    assert of_italy["as_near"] == 6


def test_the_value_decides_no_match(raw: Path) -> None:
    """With other numbers in print the same series are proposed, in the same order."""
    before = expressions(matched(raw))
    for name in ("article.md", "dossier.toml", "rates.csv"):
        text = (raw / name).read_text(encoding="utf-8")
        for old, new in (("3.1%", "61.7%"), ("9.3%", "8.0001%"), ("14.1%", "0.2%")):
            text = text.replace(old, new)
        (raw / name).write_text(text, encoding="utf-8")
    assert expressions(matched(raw)) == before


def test_what_is_written_is_what_a_build_checks_by(raw: Path) -> None:
    """Of two countries that the words name the choice is a person's, also where the number fits one alone."""
    assert matched(raw, "figures/germany", "--write")["written"] == ["figures/germany"]
    found = matched(raw, "--write", "--chance", "0.3")
    assert (found["written"], found["path"]) == (["rates/spain/in_2019"], "dossier.toml")
    assert 'is = "jobless[deu, 2019]"' in (raw / "dossier.toml").read_text(encoding="utf-8")
    checked = tidebook("check", str(raw), "--json", "--fail-on", "none")
    outcomes = json.loads(checked.stdout)["outcomes"]
    assert (outcomes["figures/germany"], outcomes["rates/spain/in_2019"]) == ("right", "right")
    assert "figures/germany" not in expressions(matched(raw))


def test_a_series_without_countries_says_in_its_title_which_it_is_of(raw: Path) -> None:
    place = raw / "dossier.toml"
    text = place.read_text(encoding="utf-8")
    place.write_text(text.replace('title = "Inflation"', 'title = "Inflation in Spain"'), encoding="utf-8")
    assert expressions(matched(raw))["figures/spain"] == ["prices[2019]"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["figures/germani"], "figures/germany, "),
        (["--write"], "the IDs of figures, or a bound such as --chance 0.01"),
        (["figures/italy", "--write"], "words that fit one series best"),
    ],
)
def test_what_cannot_be_matched_is_an_error_that_says_what_to_do(raw: Path, words: list[str], expected: str) -> None:
    before = (raw / "dossier.toml").read_bytes()
    result = tidebook("match", *words, "--in", str(raw))
    assert (result.exit_code, expected in result.output) == (2, True), result.output
    assert (raw / "dossier.toml").read_bytes() == before


def test_a_dossier_without_evidence_is_told_how_to_take_some(tmp_path: Path) -> None:
    raw = written(tmp_path / "bare", {"dossier.toml": DOSSIER.partition("[sources")[0], **FILES} | {"x.csv": ""})
    (raw / "dossier.toml").write_text(DOSSIER.partition("[sources")[0] + FIGURES, encoding="utf-8")
    result = tidebook("match", "--in", str(raw))
    assert (result.exit_code, "tidebook sources add" in result.output) == (2, True), result.output


def test_an_editor_takes_evidence_over_that_fits_a_figure(tmp_path: Path) -> None:
    """The only one in the words at the place; an assistant gets the same, and nothing is written for it."""
    folder = written(tmp_path / "raw", FILES)
    proposed = called(tmp_path, "match", article="raw").structured_content["result"]
    assert expressions({"proposed": proposed}) == expressions(matched(folder))
    asyncio.run(asyncio.wait_for(taken_over(folder / "article.md"), 400))
    assert 'is = "jobless[deu, 2019]"' in (folder / "dossier.toml").read_text()


async def taken_over(text: Path) -> None:
    """Ask for what can be done at the number of Germany, and do it."""
    editor, uri = Editor(), text.as_uri()
    await editor.start(text)
    line = next(place for place, words in enumerate(text.read_text().splitlines()) if "3.1%" in words)
    column = text.read_text().splitlines()[line].index("3.1%")
    at = lsp.Position(line, column + 1)
    found: Any = []
    while not found:
        await asyncio.sleep(0.1)
        found = await editor.fixes(uri, lsp.Diagnostic(lsp.Range(at, at), ""))
    (action,) = found
    assert action.title == "Find evidence for figures/germany"
    await editor.run(action)
    assert "jobless[deu, 2019] is 3.1% (by accident 0.12)" in await editor.next_message()
    await editor.end()
