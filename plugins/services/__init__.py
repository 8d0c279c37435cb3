"""The plugin `services`: evidence from the services of statistics offices, banks and regulators, by a series' code."""

from tidebook.pipelines.read.plugin import FILE, Address, Plugin

_HERE = "tidebook.plugins.services"

PLUGIN = Plugin(
    name="services",
    settings="tidebook.pipelines.read.declarations:PluginSettings",
    evidence={
        FILE: Address("FILE", "a file of this machine: CSV, TSV, Parquet, JSON-stat, SDMX", f"{_HERE}.files:take"),
        "worldbank": Address("worldbank:INDICATOR", "an indicator of the World Bank", f"{_HERE}.worldbank:take"),
        "fred": Address("fred:SERIES", "a series of FRED, with FRED_API_KEY all its vintages", f"{_HERE}.fred:take"),
        "eurostat": Address("eurostat:DATASET?geo=DE", "a data set of Eurostat", f"{_HERE}.jsonstat:take_eurostat"),
        "jsonstat": Address("jsonstat:https://...", "any answer in JSON-stat 2.0", f"{_HERE}.jsonstat:take"),
        "oecd": Address("oecd:FLOW/KEY", "a data flow of the OECD", f"{_HERE}.sdmx:take_oecd"),
        "ecb": Address("ecb:FLOW/KEY", "a data flow of the European Central Bank", f"{_HERE}.sdmx:take_ecb"),
        "sec": Address("sec:CIK/CONCEPT", "a concept as a company filed it", f"{_HERE}.sec:take"),
    },
    docs="plugins/services/README.md",
)
