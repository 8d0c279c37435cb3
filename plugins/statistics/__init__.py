"""The plugin `statistics`: whether the statistics that a text reports follow from each other."""

from tidebook.pipelines.read.plugin import Plugin

PLUGIN = Plugin(
    name="statistics",
    settings="tidebook.pipelines.read.declarations:PluginSettings",
    commands={"statistics": "tidebook.plugins.statistics.commands:statistics"},
    text_rules="tidebook.plugins.statistics.rules:judge",
    text_findings={
        "test": "A p is not the one that its test and degrees of freedom give.",
        "decision": "A p is on the other side of the level of significance than the one that its test gives.",
        "interval": "An interval does not go with its estimate, its p or its standard error.",
        "margin": "A margin of error is not that of its number of cases.",
        "share": "A share is not one of so many cases.",
        "mean": "A mean lies outside of its scale, or no whole numbers give it.",
        "deviation": "A standard deviation or error is impossible beside its mean and number of cases.",
        "size": "A number of cases or a statistic is beyond what it can be.",
        "degrees": "Degrees of freedom are more than the cases allow.",
        "effect": "An effect size does not follow from its test or means.",
        "coefficient": "A coefficient, its standard error and its test do not go together.",
        "stars": "Stars stand for another level than the p beside them has.",
        "words": "Words of significance or correlation do not fit the statistics of their sentence.",
    },
    docs="plugins/statistics/README.md",
)
