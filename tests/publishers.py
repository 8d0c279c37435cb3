"""Small files in the formats of the publishers, made by hand, and a server on this machine that hands them out."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


def as_csv(header: list[str], *rows: list[str]) -> bytes:
    """Return rows as a CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


LIVES = """
[article]
title = "Lives"
published = 2024-06-03

[tables.lives]
path = "lives.csv"
title = "Lives"
[tables.lives.columns]
"Country" = { name = "country", role = "subject" }
"2020" = { name = "in_2020", unit = "year", basis = "period" }
"""
"""The declaration of a dossier with one table, and without what publishers say of it."""

MODEL_HEADER = [
    "Model", "Domain", "Organization", "Publication date", "Training compute (FLOP)", "Training compute notes",
    "Confidence", "Model accessibility", "Country (of organization)", "Training compute cost (2023 USD)",
    "Notability criteria", "Training compute lower bound", "Training compute upper bound",
]  # fmt: skip


def model(
    name: str,
    day: str,
    compute: str = "",
    cost: str = "",
    domain: str = "Language",
    notable: str = "",
    maker: str = "OpenAI",
    sure: str = "Confident",
) -> list[str]:
    """Return a row of Epoch AI's database of models."""
    return [name, domain, maker, day, compute, "one\ntwo", sure, "API access", "USA", cost, notable, "", ""]


# One language model a year in the frontier, each ten times as large and four times as costly, and videos.
MODELS = [
    *(
        model(f"Large {year}", f"{year}-07-01", f"1e{year - 1998}", f"${4 ** (year - 2016)}000.50", notable="SOTA")
        for year in range(2016, 2026)
    ),
    *(
        model(f"Clip {year}", f"{year}-03-01", f"{2 ** (year - 2016)}e18", domain="Video,Vision", maker="Runway")
        for year in range(2016, 2026)
    ),
    model("GPT-4", "2023-03-15", "2.1e25", "$40586592.58", notable="SOTA", sure="Speculative"),
    model("Llama 3.1-405B", "2024-07-23", "3.8e25", maker="Meta AI"),
    model("No numbers", "2020-01-01"),
    model("Bad day", "0202-07-30", "1e20"),
    model("Bad compute", "2020-01-01", "about 1e20"),
]
NOTABLE = [row for row in MODELS if row[10]]
REVISED_MODELS = [
    [*row[:4], "2.2e25", *row[5:9], "$41000000", *row[10:]] if row[0] == "GPT-4" else row for row in MODELS
]

FUNDING = as_csv(
    ["Id", "Company", "Close date", "Status", "Funding (equity)", "Funding (debt)", "Valuation (post-money)", "Type"],
    ["a", "xAI", "5/27/2024", "Closed", "6000000000", "", "24000000000", "Primary"],
    ["b", "Mistral AI", "6/11/2024", "Closed", "500000000", "140000000", "6000000000", "Primary,Debt"],
    ["b", "Mistral AI", "6/11/2024", "Closed", "500000000", "140000000", "640000000", "Primary,Debt"],
    ["c", "OpenAI", "", "Late discussions", "1E+11", "", "", "Primary"],
)
TIMELINES = as_csv(
    ["Date", "Data center", "Power (MW)", "H100 equivalents", "Total capital cost (2025 USD billions)"],
    ["1/28/2018", "Site A", "76", "4266.4", "2.4"],
    ["1/1/2100", "Site A", "76", "1", "1"],
    ["12/31/2099", "Site A", "760", "42664", "24"],
)
CLUSTERS = as_csv(
    ["Name", "Status", "Owner", "First Operational Date", "H100 equivalents", "Possible Duplicate"],
    ["One", "Existing", "xAI", "9/2/2023", "202.1", ""],
    ["Two", "Planned", "xAI", "9/2/2024", "1000", ""],
    ["One again", "Existing", "xAI", "9/2/2023", "202.1", "TRUE"],
)
CHIPS = as_csv(
    ["Owner", "End date", "Compute estimate in H100e (median)", "Number of Units"],
    ["CoreWeave", "3/31/2024", "71468", "71468"],
    ["CoreWeave", "6/30/2024", "111466", "111466"],
)
HARDWARE = as_csv(
    [
        "Hardware name", "Manufacturer", "Release date", "Release price (USD)",
        "FP16 (half precision) performance (FLOP/s)", "Tensor-FP16/BF16 performance (FLOP/s)",
        "INT8 performance (OP/s)", "TDP (W)", "Memory size per board (Byte)", "Memory bandwidth (byte/s)",
    ],
    ["NVIDIA H100 SXM5", "NVIDIA", "2022-09-20", "", "1.3e14", "9.9e14", "2e15", "700.0", "8e10", "3.4e12"],
    ["Unreleased", "NVIDIA", "", "", "", "", "", "", "", ""],
)  # fmt: skip
REVENUE = as_csv(
    ["Company", "Date", "Annualized revenue (USD)", "Annualized revenue type", "Scope", "Confidence", "Surprise"],
    ["OpenAI", "6/12/2024", "3400000000", "run-rate", "Full company", "Likely", "x"],
    ["Google", "6/12/2024", "1", "run-rate", "Division", "Likely", "x"],
)
OLDER_REVENUE = as_csv(
    ["Company", "Date", "Revenue amount (normalize to annual)", "", ""], ["OpenAI", "6/12/2024", "3400000000", "", ""]
)
USAGE = as_csv(
    ["Company", "Date", "Product", "Active users", "Active users time period", "Daily tokens", "Daily messages"],
    ["OpenAI", "3/25/2023", "ChatGPT", "50000000", "Weekly", "", "1E+9"],
)
SPEND = as_csv(
    ["Company", "Date", "Amount", "Category", "Period type"],
    ["OpenAI", "12/31/2022", "416000000", "R&D cloud compute", "Year"],
)
LLM_PRICES = {
    "prices": [
        {"id": "gpt-4", "vendor": "openai", "name": "GPT-4", "input": 30, "output": 60, "input_cached": None,
         "from_date": None, "to_date": None},
        {"id": "gpt-4o", "vendor": "openai", "name": "GPT-4o", "input": 2.5, "output": 10, "input_cached": 1.25,
         "from_date": "2024-10-01", "to_date": "2026-01-01"},
        {"id": "bad", "vendor": "openai", "name": "Bad", "input": "free", "output": 1, "input_cached": None,
         "from_date": None, "to_date": None},
    ]
}  # fmt: skip
OPENROUTER_MODELS = {
    "data": [
        {"id": "meta/open", "canonical_slug": "meta/open-1", "name": "Open", "hugging_face_id": "meta/open",
         "pricing": {"prompt": "0.0000001", "completion": "0.0000002"}},
        {"id": "openai/closed", "canonical_slug": "openai/closed", "name": "Closed", "hugging_face_id": "",
         "pricing": {"prompt": "0.0000025", "completion": "0.00001"}},
        {"id": "openrouter/auto", "name": "Auto", "hugging_face_id": None,
         "pricing": {"prompt": "-1", "completion": "-1"}},
    ]
}  # fmt: skip
RANKINGS = as_csv(
    ["date", "model", "tokens"],
    ["2026-10-01", "meta/open-1", "30"],
    ["2026-10-01", "openai/closed:free", "10"],
    ["2026-10-01", "other", "60"],
    ["2026-10-02", "meta/open-1", "50"],
    ["2026-10-02", "openai/closed", "50"],
)
LITELLM = {
    "sample_spec": {"litellm_provider": "one of", "mode": "one of", "input_cost_per_token": 0.0},
    "gpt-4o": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 2.5e-06,
               "output_cost_per_token": 1e-05},
    "azure/gpt-4o": {"litellm_provider": "azure", "mode": "chat", "input_cost_per_token": 2.5e-06},
}  # fmt: skip


def fact(start: str, end: str, value: float, form: str = "10-Q") -> dict[str, Any]:
    """Return a reported value of EDGAR."""
    return {"start": start, "end": end, "val": value, "form": form, "fy": 2024, "fp": "Q2", "accn": "1", "filed": end}


EDGAR = {
    "cik": 1769628,
    "entityName": "CoreWeave, Inc.",
    "facts": {
        "us-gaap": {
            "Revenues": {
                "units": {
                    "USD": [
                        fact("2024-04-01", "2024-06-30", 395_371_000),
                        fact("2024-01-01", "2024-06-30", 584_055_000),
                        fact("2024-04-01", "2024-06-30", 395_371_000, "10-K"),
                        fact("2024-06-01", "2024-06-30", 1),
                    ]
                }
            },
            "LongTermDebt": {"units": {"USD": [{"end": "2024-06-30", "val": 5e9, "form": "10-Q"}]}},
        }
    },
}
EPOCH = "epoch.ai/data/"
CHIPS_PLACE = (
    "raw.githubusercontent.com/epoch-research/ai-chip-counts/main/"
    "owners_csv_export/coreweave/coreweave_owners_cumulative_totals.csv"
)
FILES: dict[str, bytes] = {
    f"{EPOCH}all_ai_models.csv": as_csv(MODEL_HEADER, *MODELS),
    f"{EPOCH}notable_ai_models.csv": as_csv(MODEL_HEADER, *NOTABLE),
    f"{EPOCH}ai_companies_revenue_reports.csv": REVENUE,
    f"{EPOCH}ai_companies_funding_rounds.csv": FUNDING,
    f"{EPOCH}ai_companies_usage_reports.csv": USAGE,
    f"{EPOCH}ai_companies_compute_spend.csv": SPEND,
    f"{EPOCH}data_centers/data_center_timelines.csv": TIMELINES,
    f"{EPOCH}gpu_clusters.csv": CLUSTERS,
    CHIPS_PLACE: CHIPS,
    f"{EPOCH}ml_hardware.csv": HARDWARE,
    "www.llm-prices.com/historical-v1.json": json.dumps(LLM_PRICES).encode(),
    "openrouter.ai/api/v1/models": json.dumps(OPENROUTER_MODELS).encode(),
    "openrouter.ai/api/v1/datasets/exports/rankings-daily/latest.csv": RANKINGS,
    "raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json": json.dumps(LITELLM).encode(),
    "data.sec.gov/api/xbrl/companyfacts/CIK0001769628.json": json.dumps(EDGAR).encode(),
}
REVISED = {f"{EPOCH}all_ai_models.csv": as_csv(MODEL_HEADER, *REVISED_MODELS)}


class Publisher:
    """A server on the loopback address: files by path, or answers of any kind; `asked` are the requests' headers."""

    def __init__(self, files: dict[str, bytes | Answer]) -> None:
        self.files = files
        self.asked: list[dict[str, str]] = []
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.asked.append({name.lower(): value for name, value in self.headers.items()})
                answer = publisher.files.get(self.path.lstrip("/"))
                if callable(answer):
                    answer(self)
                elif answer is None:
                    self.send_error(404)
                else:
                    kind = "application/json" if answer[:1] in (b"{", b"[") else "text/csv"
                    respond(self, 200, answer, {"Content-Type": kind})

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"


def respond(
    handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", headers: dict[str, str] | None = None
) -> None:
    """Send a whole answer."""
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def publishing(files: dict[str, bytes | Answer]) -> Iterator[Publisher]:
    """Serve files while the block lasts."""
    publisher = Publisher(files)
    with serving(publisher.server):
        yield publisher


@contextmanager
def serving(server: HTTPServer) -> Iterator[None]:
    """Let a server answer while the block lasts."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
