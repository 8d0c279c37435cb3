"""The plugin `owid`: evidence from the charts of Our World in Data, by the name in a chart's address."""

from tidebook.pipelines.read.plugin import Address, Plugin

PLUGIN = Plugin(
    name="owid",
    settings="tidebook.pipelines.read.declarations:PluginSettings",
    evidence={"owid": Address("owid:CHART", "a chart of Our World in Data", "tidebook.plugins.owid.charts:take")},
    docs="plugins/owid/README.md",
)
