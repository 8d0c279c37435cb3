"""The plugin `data_files`: evidence from files by their address, Data Packages, and the history of a clone."""

from tidebook.pipelines.read.plugin import Address, Plugin

_HERE = "tidebook.plugins.data_files"

PLUGIN = Plugin(
    name="data_files",
    settings="tidebook.pipelines.read.declarations:PluginSettings",
    evidence={
        "https": Address("https://...", "a CSV or Parquet file, or a Data Package", f"{_HERE}.address:take"),
        "git": Address(
            "git:FOLDER:FILE", "the history of a file in a clone, each version a vintage", f"{_HERE}.history:take"
        ),
    },
    docs="plugins/data_files/README.md",
)
