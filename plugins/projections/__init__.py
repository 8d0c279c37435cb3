"""The plugin `projections`: declared quantities some years on, and backtests of such projections."""

from tidebook.pipelines.read.plugin import Listed, Plugin

PLUGIN = Plugin(
    name="projections",
    settings="tidebook.plugins.projections.settings:ProjectionsSettings",
    tables={"projections": "tidebook.plugins.projections.tables:Projections"},
    appendix={
        "projections": Listed(
            "scores",
            "Projections",
            "quantity population kind origin horizon_years target value low high unit n tested covered method",
        )
    },
    steps="tidebook.plugins.projections.trend",
    docs="plugins/projections/README.md",
)
