"""SEC EDGAR: revenue and debt that CoreWeave filed, by period."""

from collections.abc import Mapping
from typing import Any

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.sources.base import FileRow, Parsed, observation, read_json
from tidebook.plugins.live.publisher import source

FILE = "companyfacts.json"
REVENUE = ("Revenues", "RevenueFromContractWithCustomerExcludingAssessedTax")
DEBT = ("LongTermDebt", "DebtLongtermAndShorttermCombinedAmount", "LongTermDebtNoncurrent", "LongTermDebtCurrent")
LENGTHS = {"quarter": (80, 100), "half-year": (170, 190), "nine months": (260, 285), "year": (350, 380)}


def _read(files: Mapping[str, bytes], parsed: Parsed) -> None:
    path = f"{parsed.source}/{FILE}"
    document = read_json(parsed.source, FILE, files[FILE])
    try:
        facts, company = document["facts"]["us-gaap"], document["entityName"]
        found = []
        for concept in (*REVENUE, *DEBT):
            for item in facts.get(concept, {}).get("units", {}).get("USD", []):
                found.append({**item, "concept": concept, "company": company})
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(Problem(path, "entityName, and facts of us-gaap with lists of values by unit")) from error
    for concepts in (REVENUE, DEBT):
        if not any(item["concept"] in concepts for item in found):
            raise InputError(Problem(path, f"one of the facts {', '.join(concepts)}, which are missing"))
    parsed.observations += parsed.read_objects(FILE, found, _fact, ("series", "date", "value", "basis"))


def _fact(row: FileRow) -> list[dict[str, Any]]:
    """Return a reported amount; periods of odd lengths are irrelevant."""
    row.required("val")
    concept, end, start, value = row.text("concept"), row.required_day("end"), row.day("start"), row.number("val")
    series, basis = "debt_outstanding", concept
    if concept in REVENUE:
        period = _period((end - start).days + 1 if start and end else 0)
        if not period:
            return []
        series, basis = "revenue", period
    return observation(series, row.required("company"), end, value, "USD", basis, row.text("form"))


def _period(days: int) -> str:
    """Return the name of a period of so many days; `""` for odd lengths."""
    for name, (shortest, longest) in LENGTHS.items():
        if shortest <= days <= longest:
            return name
    return ""


SOURCE = source("sec_edgar", _read)
