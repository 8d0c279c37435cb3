"""The report in its formats: HTML with its appendix, Markdown, JSON, and what others embed or subscribe to.

Belongs here: templates filled with the content, and how text is escaped in them. Does not: what is shown (`content`).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from tidebook.pipelines.read import formatting
from tidebook.pipelines.read.atomic import write_file
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.dossier.charts import Charts
from tidebook.pipelines.read.dossier.declared import Article, Wording
from tidebook.pipelines.read.settings import Publishing
from tidebook.pipelines.read.settings import cache as user_cache
from tidebook.pipelines.report import words
from tidebook.pipelines.report.appendix import DataTable
from tidebook.pipelines.report.content import MOST_CHANGES, build_content
from tidebook.pipelines.report.export import claim_reviews, feed, verdicts_json
from tidebook.pipelines.report.figures import IN_SHORT, MOST_LISTED
from tidebook.pipelines.report.pictures import by_wording, histories, over_time
from tidebook.pipelines.report.plots import sparkline
from tidebook.schemas.base import Tables

TEMPLATES = Path(__file__).parent / "templates"
SCHEMA = "verdicts.schema.json"

_SPACE = re.compile(r"[^\S\u00a0]+")
_MARKS = re.compile(r"[\\`*_\[\]<>|~&#]")
_FIRST_MARK = re.compile(r"^([-+=]|\d+(?=[.)](?:\s|$)))")
_LIVE = re.compile(r"\b(https?)://|\b(www)\.", re.IGNORECASE)


def render(
    tables: Tables,
    wording: Wording,
    article: Article,
    charts: Charts | None = None,
    publishing: Publishing | None = None,
    earlier: bytes = b"",
    data: Sequence[DataTable] = (),
) -> dict[str, bytes]:
    """Return the report's files by name: the page and its appendix, report.md, verdicts.json with its schema, a badge
    and a feed; print.html too where everything is to be printed.

    The feed goes on from that of the release before, `earlier`; `data` are all tables of the release. The bytes
    depend on the arguments alone.

    Raises:
        LookupError: a table refers to a row that is not there, or no assumption says the date.
    """
    words.use_words(wording)
    content = build_content(tables, article, charts, data)
    publishing = publishing or Publishing()
    reviews = claim_reviews(content, publishing.base_url) if publishing.base_url else ""
    shared = {
        "content": content,
        "style": Markup((TEMPLATES / "style.css").read_text("utf-8")),
        "base_url": publishing.base_url,
        "claim_reviews": "",
        "full": False,
    }

    def filled(name: str, **more: Any) -> str:
        made = _environment(markup=name != "report.md")  # pictures stand there in words
        return made.get_template(f"{name}.j2").render(shared, **more)

    verdicts = verdicts_json(content)
    files = {
        "index.html": filled("index.html", claim_reviews=Markup(reviews)),
        **{f"{each.name}.html": filled("page.html", page=each) for each in content.pages},
        "badge.svg": filled("badge.svg"),
        "report.md": re.sub(r"\n{3,}", "\n\n", filled("report.md")).strip() + "\n",
    }
    if publishing.print_full:
        files["print.html"] = filled("index.html", full=True)
    return {
        "verdicts.json": verdicts,
        SCHEMA: (TEMPLATES / SCHEMA).read_bytes(),
        "feed.xml": feed(content, verdicts, publishing.base_url, earlier),
        **{name: text.encode() for name, text in files.items()},
    }


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
    """Return the folder of compiled templates. Raises OSError if it cannot be made, or others can write to it."""
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
        autoescape=markup,  # noqa: S701 - off for Markdown alone
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.bytecode_cache = _CompiledTemplates(made)
    made.globals |= {
        "OUTCOMES": words.OUTCOMES,
        "IN_SHORT": IN_SHORT,
        "STATUSES": words.STATUSES,
        "SIGNS": words.SIGNS,
        "MOMENTS": words.MOMENTS,
        "MOST_CHANGES": MOST_CHANGES,
        "MOST_LISTED": MOST_LISTED,
        "histories": histories,
        "over_time": over_time,
        "by_wording": by_wording,
    }
    made.filters |= {
        "date": formatting.format_date,
        "month": formatting.format_month,
        "count": formatting.format_count,
        "joined": formatting.joined,
        "prose": words.as_prose,
        "sentence": words.as_sentence,
        "ended": words.ended,
        "sparkline": sparkline,
        "md": escape_markdown,
        "linked": markdown_link,
    }
    return made


@lru_cache(maxsize=1 << 14)
def escape_markdown(text: object) -> str:
    """Return text that Markdown shows as it is, on one line, also in a table's cell and at a line's start.

    Addresses in it are broken up by references, so that renderers make no links of them.
    """
    line = _MARKS.sub(lambda mark: "\\" + mark[0], _SPACE.sub(" ", str(text)).strip())
    line = _LIVE.sub(lambda found: f"{found[1]}&#58;//" if found[1] else f"{found[2]}&#46;", line)
    return _FIRST_MARK.sub(lambda mark: mark[0] + "\\" if mark[0].isdigit() else "\\" + mark[0], line)


def markdown_link(text: object, address: str) -> str:
    """Return a link, its address encoded so that nothing in it ends the link or is markup."""
    safe = re.sub(r"[^\w:/?#@!$&+,;=.~%-]", lambda mark: quote(mark[0], safe=""), address)
    return f"[{escape_markdown(text)}](<{safe}>)"
