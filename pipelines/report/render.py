"""The report in its formats: HTML, Markdown, JSON, and the chart of the verdicts as a file of its own.

Belongs here: templates filled with the content, and how text is escaped in them. Does not: what is shown (`content`).
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

import jinja2
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from pipelines import formatting
from pipelines.dossier.declared import Wording
from pipelines.report import vega, words
from pipelines.report.charts import draw_charts
from pipelines.report.content import Content, Tables, build_content
from pipelines.report.drawing import Chart
from pipelines.report.export import claim_reviews, verdicts_json
from pipelines.report.paths import draw_paths
from pipelines.report.svg import standalone_svg
from pipelines.storage.atomic import write_file
from pipelines.storage.kept import Kept
from pipelines.storage.keys import cache as user_cache
from pipelines.storage.keys import digest

TEMPLATES = Path(__file__).parent / "templates"
MAIN_CHART = "verdicts-by-theme"

_SPACE = re.compile(r"[^\S\u00a0]+")
_MARKS = re.compile(r"[\\`*_\[\]<>|~&#]")
_FIRST_MARK = re.compile(r"^([-+=]|\d+(?=[.)]))")


def render(tables: Tables, wording: Wording, kept: Kept | None = None) -> dict[str, bytes]:
    """Return the report's files by name: index.html, report.md, verdicts.json and verdicts.svg.

    The bytes depend on the tables and the wording alone; pictures that are `kept` are not drawn again.

    Raises:
        LookupError: a table refers to a row that is not there, or no assumption says the date.
    """
    words.use_words(wording)
    content = build_content(tables)
    pictures = _drawn([*draw_paths(content), *draw_charts(content)], kept or Kept())
    return {
        "verdicts.json": verdicts_json(content),
        "report.md": _markdown_report(content, pictures).encode(),
        "index.html": _html_report(content, pictures).encode(),
        "verdicts.svg": _main_chart_svg(pictures).encode(),
    }


def _drawn(charts: list[Chart], kept: Kept) -> list[Chart]:
    """Return the charts with their pictures."""
    specifications = {chart.chart_id: chart.specification for chart in charts}
    keys = {name: digest(specification) for name, specification in specifications.items()}
    pictures = kept.gather(keys, lambda names: {name: vega.draw(specifications[name]) for name in names})
    return [replace(chart, picture=pictures[chart.chart_id]) for chart in charts]


def _html_report(content: Content, pictures: list[Chart]) -> str:
    """Return the page: self-contained, without scripts or anything loaded."""
    style = (TEMPLATES / "style.css").read_text("utf-8")
    return (
        _environment(markup=True)
        .get_template("index.html.j2")
        .render(
            content=content,
            charts=pictures,
            style=Markup(style),
            claim_reviews=Markup(claim_reviews(content)),
        )
    )


def _markdown_report(content: Content, pictures: list[Chart]) -> str:
    """Return the report in GitHub's Markdown; pictures stand there in words."""
    text = _environment(markup=False).get_template("report.md.j2").render(content=content, charts=pictures)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _main_chart_svg(pictures: list[Chart]) -> str:
    """Return the chart of the verdicts as an SVG file that brings its colours along; a blank one without claims."""
    chart = next((picture for picture in pictures if picture.chart_id == MAIN_CHART), None)
    blank = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"></svg>'
    return standalone_svg(chart.svg if chart else blank, *_colour_schemes())


def _colour_schemes() -> tuple[str, str]:
    """Return the declarations of colours in the style sheet, for light and for dark."""
    light, dark = re.findall(r":root\s*{([^}]*)}", (TEMPLATES / "style.css").read_text("utf-8"))[:2]
    return _SPACE.sub(" ", light), _SPACE.sub(" ", dark)


class _CompiledTemplates(BytecodeCache):
    """Templates as Jinja compiled them, kept in the user's cache: compiling takes it longer than filling them.

    They are code, so a folder that someone else can write to is not used. Nothing about them may stop a build.
    """

    def __init__(self, of: Environment) -> None:
        self.made_by = [jinja2.__version__, of.autoescape, of.trim_blocks, of.lstrip_blocks, of.keep_trailing_newline]

    def get_source_checksum(self, source: str) -> str:
        """Return a hash of all that decides the compiled template, by which Jinja sees that it is out of date."""
        return digest([*self.made_by, source])

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a compiled template; one that is damaged is compiled again."""
        with suppress(Exception):
            bucket.bytecode_from_string((_own_folder() / bucket.key).read_bytes())

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template."""
        with suppress(Exception):
            write_file(_own_folder() / bucket.key, bucket.bytecode_to_string())


def _own_folder() -> Path:
    """Return the folder of compiled templates, made if need be.

    Raises:
        OSError: it cannot be made, or others can write to it.
    """
    folder = user_cache() / "templates"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(folder)
    return folder


@cache
def _environment(*, markup: bool) -> Environment:
    """Return the Jinja environment of HTML or of Markdown: a name that is not there is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=markup,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.bytecode_cache = _CompiledTemplates(made)
    made.globals |= {"STATUS_WORDS": words.STATUS_WORDS, "TIERS": words.TIERS}
    made.filters |= {
        "date": formatting.format_date,
        "aligned_factor": formatting.format_aligned_factor,
        "share": formatting.format_share,
        "count": formatting.format_count,
        "joined": words.joined,
        "prose": words.as_prose,
        "sentence": words.as_sentence,
        "md": escape_markdown,
        "code": markdown_code,
    }
    return made


def escape_markdown(text: object) -> str:
    """Return text that Markdown shows as it is, on one line, also in a table's cell and at a line's start."""
    line = _MARKS.sub(lambda mark: "\\" + mark[0], _SPACE.sub(" ", str(text)).strip())
    return _FIRST_MARK.sub(lambda mark: mark[0] + "\\" if mark[0].isdigit() else "\\" + mark[0], line)


def markdown_code(text: object) -> str:
    """Return text as a code span that holds in a table's cell; marks that would break out become references."""
    line = _SPACE.sub(" ", str(text)).strip()
    if not _MARKS.search(line):
        return f"`{line}`"
    return f"<code>{_MARKS.sub(lambda mark: f'&#{ord(mark[0])};', line)}</code>"
