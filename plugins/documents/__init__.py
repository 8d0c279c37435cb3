"""The plugin `documents`: texts in Word, PDF, Excel, LaTeX and notebooks."""

from tidebook.pipelines.read.plugin import Plugin

PLUGIN = Plugin(
    name="documents",
    settings="tidebook.pipelines.read.declarations:PluginSettings",
    readers={
        "docx": "tidebook.plugins.documents.word",
    },
    docs="docs/plugins/documents.md",
)
