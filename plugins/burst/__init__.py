"""The plugin `burst`: the prediction kind of the same name, that a bubble bursts, but not catastrophically."""

from tidebook.pipelines.read.plugin import Plugin

PLUGIN = Plugin(
    name="burst",
    settings="tidebook.pipelines.read.declarations:PluginSettings",
    kinds={"burst": "tidebook.plugins.burst.kind"},
    docs="plugins/burst/README.md",
)
