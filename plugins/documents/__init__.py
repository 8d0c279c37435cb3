"""The plugin `documents`: texts in Word, PDF, LaTeX, Excel, notebooks, Quarto and R Markdown."""

from tidebook.pipelines.read.plugin import Plugin

PLUGIN = Plugin(
    name="documents",
    settings="tidebook.pipelines.read.declarations:PluginSettings",
    readers={
        "docx": "tidebook.plugins.documents.word",
        "ipynb": "tidebook.plugins.documents.notebook",
        "pdf": "tidebook.plugins.documents.pdf",
        "qmd": "tidebook.plugins.documents.quarto",
        "rmd": "tidebook.plugins.documents.quarto",
        "tex": "tidebook.plugins.documents.latex",
        "xlsx": "tidebook.plugins.documents.excel",
    },
    text_rules="tidebook.plugins.documents.facts:judge",
    text_findings={"fact": "A fact that the page tags (inline XBRL) has another value elsewhere in it."},
    docs="plugins/documents/README.md",
)
