"""The plugin `data_files`: evidence from files by their address, Data Packages, and the history of a clone."""

from tidebook.pipelines.read.plugin import Plugin

_HERE = "tidebook.plugins.data_files"

PLUGIN = Plugin(
    name="data_files",
    settings="tidebook.pipelines.read.declarations:PluginSettings",
    evidence={"https": f"{_HERE}.address:take", "git": f"{_HERE}.history:take"},
    docs="docs/plugins/data_files.md",
)
