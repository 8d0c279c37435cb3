"""Numbers that floats hardly hold, in every kind of table, and what the tool prints of them.

Belongs here: seeded doubles in cells, evidence, references, declarations and texts, and the reading of what a build
printed. Does not: other changes of a dossier (`hostile`).
"""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity
from tidebook.schemas.parquet import read_parquet

EDGES = (
    0.0, -0.0, 5e-324, 1e-320, 2.2250738585072014e-308, 1e-307, 1e-200, 1e-131, 1e-130, 0.1 + 0.2, 12.345, 0.9999999,
    999_999.5, 2.0**53, 1e15, 1e16, 1e22, 1e130, 1e131, 1e200, 1e307, 1e308, 1.7976931348623157e308,
)  # fmt: skip
FORMS = ("{!r}", "{:e}", "{:.17g}", "{:f}", "{:g}", "{:.0f}", "{:,.2f}")
AROUND = ("{}", "{}", "${}", "{}%", "~{}", "{}+", "<{}", "{}M", "{} million", "-{}", "{}–{}")


def any_double(chance: random.Random) -> float:
    """Return a finite double: one at an edge, or one of any bits."""
    if chance.random() < 0.6:
        return chance.choice(EDGES) * chance.choice((1, 1, -1))
    (value,) = struct.unpack("<d", chance.getrandbits(64).to_bytes(8, "little"))
    return float(value) if abs(value) < float("inf") else 1.5


def as_text(value: float, chance: random.Random) -> str:
    """Return a double as some program may print it, alone or as an amount."""
    number = chance.choice(FORMS).format(value)
    return chance.choice(AROUND).format(number, number)


EVIDENCE = """
[evidence.data]
path = "evidence/data.{}"
source = "accounts"
key = ["country", "year"]
values = {{ people = "USD" }}
basis = "audited"

[[references]]
figure = "shops/{}/sales"
is = "{}"
error = "{} %"
"""
METRIC = '\n[metrics.{}]\nis = "{}"\nunit = "{}"\nmeans = "m"\n'
CLAIM = '\n[[claims]]\nid = "{}"\nstatement = "s"\ninterpretations = [{{ interpretation = "i", {} }}]\n'
LOOKUPS = (
    "data[fra, 2019].people", "mean(data[:, 2019].people)", "data[fra, 2019].people * {}",
    "data[fra, 2019].people / data[ita, 2019].people * data[fra, 2018].people", "data[fra, 2019].people ** 2 / {}",
)  # fmt: skip


def change_doubles(raw: Path, chance: random.Random) -> tuple[str, bool]:
    """Put doubles in one to three kinds of tables; the other numbers stay."""
    kinds: tuple[Callable[[Path, random.Random], None], ...] = (
        _in_cells, _in_references, _in_evidence, _in_evidence, _in_metrics, _in_claims, _in_assumptions, _in_text,
        _in_rows_of_figures,
    )  # fmt: skip
    chosen = chance.sample(kinds, chance.choice((1, 1, 2, 3)))
    for kind in dict.fromkeys(chosen):
        kind(raw, chance)
    return f"doubles {', '.join(sorted({kind.__name__ for kind in chosen}))}", False


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def _in_cells(raw: Path, chance: random.Random) -> None:
    path = raw / "article" / "shops.csv"
    for cell in chance.sample(("$30M", "$20M", "$10M+"), 2):
        path.write_text(path.read_text().replace(cell, f'"{as_text(any_double(chance), chance)}"'))


def _in_references(raw: Path, chance: random.Random) -> None:
    path = raw / "reference" / "figures.csv"
    text, low = as_text(any_double(chance), chance), as_text(any_double(chance), chance)
    interval = chance.choice(("", f"{low} ± 5%", f"{low}–{as_text(any_double(chance), chance)}"))
    path.write_text(path.read_text().replace("$24.1M,,", f'"{text}","{interval}",'))


def _in_evidence(raw: Path, chance: random.Random) -> None:
    kind = chance.choice(("csv", "parquet"))
    if (raw / "evidence").exists():
        return
    (raw / "evidence").mkdir()
    cells = pd.DataFrame(
        [(country, year, any_double(chance)) for country in ("France", "Italy") for year in (2018, 2019)],
        columns=["country", "year", "people"],
    )
    file = io.BytesIO()
    cells.to_csv(file, index=False) if kind == "csv" else cells.to_parquet(file)
    (raw / "evidence" / f"data.{kind}").write_bytes(file.getvalue())
    lookup = chance.choice(LOOKUPS).format(repr(any_double(chance)))
    error = chance.choice(("0.5", "99", repr(abs(any_double(chance)))))
    _append(raw / "dossier.toml", EVIDENCE.format(kind, chance.choice(("north", "south", "east")), lookup, error))
    if chance.random() < 0.5:
        _append(raw / "metrics.toml", METRIC.format("looked_up", lookup, "USD"))


def _in_metrics(raw: Path, chance: random.Random) -> None:
    number = repr(any_double(chance))
    expression = chance.choice(
        ("shops[north].sales * {}", "shops[north].sales / {}", "sum(shops.sales) ** 3 * {}", "{}")
    )
    _append(
        raw / "metrics.toml", METRIC.format("computed", expression.format(number), chance.choice(("USD", "number")))
    )
    bound = repr(any_double(chance))
    _append(raw / "claims.toml", CLAIM.format("computed", f'metric = "computed", predicate = "at_least {bound}"'))


def _in_claims(raw: Path, chance: random.Random) -> None:
    word = chance.choice(("at_least", "at_most", "above", "below", "equals", "about"))
    bound = repr(any_double(chance))
    _append(raw / "claims.toml", CLAIM.format("bounded", f'metric = "north_share", predicate = "{word} {bound}"'))


def _in_assumptions(raw: Path, chance: random.Random) -> None:
    key = chance.choice(("materiality", "estimate_spread.default", "open_ended.at_least_hides", "cutoffs.c"))
    _append(raw / "dossier.toml", f"\n[assumptions.{key.rpartition('.')[0]}]\n" if "." in key else "\n")
    _append(raw / "dossier.toml", f"{key.rpartition('.')[2]} = {any_double(chance)!r}\n")


def _in_text(raw: Path, chance: random.Random) -> None:
    rows = "".join(f"| Shop {row} | {as_text(any_double(chance), chance)} |\n" for row in range(4))
    words = " ".join(f"Sales rose to {as_text(any_double(chance), chance)} in 2020." for _ in range(3))
    (raw / "article.md").write_text(f"# Shops\n\n| Shop | Sales |\n|---|---|\n{rows}\n{words}\n")
    path = raw / "dossier.toml"
    path.write_text(path.read_text().replace("[article]\n", '[article]\ntext = "article.md"\n', 1))


def _in_rows_of_figures(raw: Path, chance: random.Random) -> None:
    rows = [f'S{row},q{row},"{as_text(any_double(chance), chance)}",USD,audited' for row in range(3)]
    (raw / "article" / "more.csv").write_text("\n".join(["subject,quantity,text,unit,basis", *rows, ""]))
    _append(raw / "dossier.toml", '\n[tables.more]\npath = "article/more.csv"\ntitle = "More"\nrows = "figures"\n')


def unread_texts(release: Path) -> Iterator[str]:
    """Yield the texts of references in a release that the tool itself does not read."""
    table = read_parquet(release / "tables" / "reference_values.parquet")
    for text, unit in zip(table["text"], table["unit"], strict=True):
        try:
            parse_quantity(text, unit)
        except QuantityError as error:
            yield f"unread: {error}"
