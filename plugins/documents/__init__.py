"""The plugin `documents`: texts in Word, PDF and LaTeX."""

from tidebook.pipelines.read.plugin import Plugin

PLUGIN = Plugin(
    name="documents",
    settings="tidebook.pipelines.read.declarations:PluginSettings",
    readers={
        "docx": "tidebook.plugins.documents.word",
        "pdf": "tidebook.plugins.documents.pdf",
        "tex": "tidebook.plugins.documents.latex",
    },
    docs="docs/plugins/documents.md",
)
