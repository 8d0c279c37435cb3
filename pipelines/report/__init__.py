"""The report: one content, shown as HTML, Markdown and JSON."""
