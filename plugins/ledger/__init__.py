"""The plugin `ledger`: monthly economics of accelerators from hourly rows of inference."""

from tidebook.pipelines.read.plugin import Plugin

_HERE = "tidebook.plugins.ledger"

PLUGIN = Plugin(
    name="ledger",
    settings=f"{_HERE}.settings:LedgerSection",
    requires=("live",),
    tables={
        "ledger_rows": f"{_HERE}.tables:LedgerRows",
        "gpu_economics": f"{_HERE}.tables:GpuEconomics",
        "inference_mix": f"{_HERE}.tables:InferenceMix",
        "ledger_months": f"{_HERE}.tables:LedgerMonths",
    },
    connectors={"ledger": f"{_HERE}.source:SOURCE"},
    steps=f"{_HERE}.steps",
    commands={"ledger": f"{_HERE}.commands:ledger"},
    definitions=f"{_HERE}.defs:definitions",
    environment=f"{_HERE}.settings:ledger_settings",
    paths=("TIDEBOOK_LEDGER_DATA",),
    docs="plugins/ledger/README.md",
)

CODE = (PLUGIN.name, *PLUGIN.requires)
"""The plugins whose code makes the months of a ledger."""
