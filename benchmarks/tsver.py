"""TSVer: claims of fact checkers held against series of Our World in Data, beside an oracle's verdicts.

Belongs here: the dossier that `tsver.toml` makes with the claims' texts, and the comparison. Does not: any text or
number of the benchmark, which stay in the folder that is named.

`python -m benchmarks.tsver FOLDER`; FOLDER has claims.csv and time_series.
Source: M. Strong and A. Vlachos, TSVer, EMNLP 2025.
"""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
import math
import shutil
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tidebook.pipelines.graph.graph import graph_with
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.store import Store
from tidebook.schemas.base import records

HERE = Path(__file__).parent
LABELS = {"Supported": "supported", "Refuted": "contradicted", "Not Enough Evidence": "untestable"}
MOST_LINES = 4
"""Lines that a claim may take."""

ALIKE = 2e-5
"""The largest difference of logarithms of two values that are the same to the oracle's six digits."""

ELSEWHERE = ("d009", "t054", "t126")
"""Claims that the rules of printed numbers decide otherwise than the oracle, which takes a tenth for any hedge."""


def text_of(value: Any) -> str:
    """Return a value of TOML as text in TOML."""
    if isinstance(value, list):
        return f"[{', '.join(map(text_of, value))}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {text_of(each)}" for key, each in value.items()) + " }"
    return str(value) if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False)


def words_of(text: str, span: str) -> str:
    """Return the words of a text that a span such as `2-3` counts, from 1."""
    first, last = map(int, span.split("-"))
    return " ".join(text.split()[first - 1 : last])


def dossier(declared: Mapping[str, Any], claims: Mapping[str, Mapping[str, str]]) -> str:
    """Return the text of dossier.toml: the evidence as it is declared, and each claim with its text and its day."""
    days = {name: dt.datetime.strptime(row["date"], "%B %d, %Y").date() for name, row in claims.items()}  # noqa: DTZ007
    parts = [f'[article]\ntitle = "TSVer"\npublished = {max(days.values())}\ntext = "article.md"']
    parts.append('[tables.dates]\ntitle = "Claims"\npath = "dates.csv"\n[tables.dates.columns]')
    parts.append('"claim" = { name = "claim", role = "subject" }\n"year" = { name = "year", unit = "calendar year" }')
    parts.append(
        '[sources.owid]\ntitle = "Time series"\npublisher = "Our World in Data, by TSVer"\n'
        'address = "https://ourworldindata.org"\ntier = "S"\nlicence = "CC-BY-SA-4.0"\npublished = 2026-04-13'
    )
    for name, table in declared["evidence"].items():
        parts.append(f"[evidence.{name}]\n" + "\n".join(f"{key} = {text_of(each)}" for key, each in table.items()))
    groups = declared["groups"].items()
    parts.append("[groups]\n" + "\n".join(f"{json.dumps(key)} = {text_of(each)}" for key, each in groups))
    for name, row in claims.items():
        own = {key: each for key, each in declared["claims"][name].items() if key != "all_of"}
        joined = declared["claims"][name].get("all_of")
        head = {"id": name, "statement": row["claim"][:2000], "section": name, "said": days[name]}
        if "quote" in own:
            own["quote"] = words_of(row["claim"], own["quote"])
        if joined:
            own["interpretations"] = [{"interpretation": "its parts", "all_of": joined}]
        parts.append("[[claims]]\n" + "\n".join(f"{key} = {text_of(each)}" for key, each in {**head, **own}.items()))
    return "\n".join(parts) + "\n"


def read_claims(folder: Path, declared: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """Return the rows of the claims that are declared, by their ids."""
    with (folder / "claims.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file) if row["id"] in declared["claims"]}


def write(raw: Path, declared: Mapping[str, Any], claims: Mapping[str, Mapping[str, str]]) -> None:
    """Write the dossier of some claims into the folder that has their series."""
    (raw / "dossier.toml").write_text(dossier(declared, claims), encoding="utf-8")
    article = [f"## {name}\n\n{' '.join(row['claim'].split())}\n" for name, row in claims.items()]
    (raw / "article.md").write_text("# Claims\n\n" + "\n".join(article), encoding="utf-8")
    years = [f"{name},{row['date'][-4:]}" for name, row in claims.items()]
    (raw / "dates.csv").write_text("\n".join(["claim,year", *years]) + "\n", encoding="utf-8")


def judged(folder: Path, declared: Mapping[str, Any], claims: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return by claim the verdict on it when published, as the engine judges it, and its card."""
    with tempfile.TemporaryDirectory() as made:
        raw = Path(made, "raw")
        shutil.copytree(folder / "time_series", raw)
        write(raw, declared, claims)
        graph = graph_with(raw, None, None).up_to("claim_cards")
        run = Run(graph, Store(Path(made, "store")), Path(made, "out"))
        run.execute(RunObserver())
        main = run.table("interpretation_verdicts").query("evidence_view == 'best_known' and rank == 0")
        rows = records(main)
        cards = records(run.table("claim_cards"))
    return [{row["claim_id"]: row for row in table} for table in (rows, cards)]


def has_value(card: Mapping[str, Any], wanted: str) -> bool:
    """Whether a card shows the values of the oracle, to five digits.

    The oracle writes a comparison as a difference or a relative change and some values in other powers of ten, or
    upside down: all of these are tried.
    """
    values = list(map(float, card["sides"]))
    for left, right in itertools.permutations(values, 2):
        values = [*values, left - right, *([left / right - 1] if right else [])]
    values += [1 / value for value in values if value]
    known = [each for each in map(float, wanted.split("|")) if not math.isnan(each)]
    return all(any(map(partial(_is_alike, each), values)) for each in known)


def _is_alike(wanted: float, value: float) -> bool:
    if not wanted or not value:
        return abs(wanted - value) < ALIKE
    shift = math.log10(abs(wanted / value))
    return abs(shift - round(shift)) < ALIKE


def lines_of(text: str) -> dict[str, int]:
    """Return how many lines each claim takes."""
    counts: Counter[str] = Counter()
    name = ""
    for line in text.splitlines():
        if line.startswith("["):
            name = line.strip("[]").removeprefix("claims.") if line.startswith("[claims.") else ""
        counts[name] += bool(line.strip())
    return {name: count for name, count in counts.items() if name}


def main(paths: list[str]) -> int:
    """Judge the claims and print how the verdicts compare with the oracle's, and beside them the labels."""
    folder = Path(paths[0]) if len(paths) == 1 else None
    if not folder or not (folder / "claims.csv").is_file() or not (folder / "time_series").is_dir():
        print("usage: python -m benchmarks.tsver FOLDER, which has claims.csv and time_series", file=sys.stderr)
        return 2
    declared = tomllib.loads((HERE / "tsver.toml").read_text(encoding="utf-8"))
    claims = read_claims(folder, declared)
    found, cards = judged(folder, declared, claims)
    counts: Counter[str] = Counter()
    for name, row in claims.items():
        verdict, label = found[name]["status"], LABELS.get(row["label"], row["label"])
        role, alike = row["role"], verdict == row["verdict"]
        counts[f"{role}: as the oracle"] += alike
        counts[f"{role}: as the label"] += verdict == label
        counts[f"{role}: claims"] += 1
        counts[f"{role}: untestable"] += verdict == "untestable"
        is_shown = has_value(cards[name], row["value"])
        counts[f"{role}: card has the oracle's value"] += is_shown
        if not is_shown:
            print(f"{name} {role}: card has {list(cards[name]['sides'])}, oracle {row['value']}")
        if not alike or role == "refuse":
            note = " (expected)" if name in ELSEWHERE else ""
            print(
                f"{name} {role}: {verdict}, oracle {row['verdict']}, label {label}{note}: {found[name]['reason'][:160]}"
            )
    longest = max(lines_of((HERE / "tsver.toml").read_text(encoding="utf-8")).items(), key=lambda each: each[1])
    print(*(f"{name}: {count}" for name, count in sorted(counts.items())), sep="\n")
    print(f"lines a claim: at most {longest[1]} ({longest[0]})")
    return 0 if longest[1] <= MOST_LINES else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
