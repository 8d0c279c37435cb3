"""The report's files: HTML with its appendix, Markdown, JSON, a badge to embed and a feed to subscribe to.

Belongs here: filling the templates with the content, and escaping. Does not: what the report shows (`content`).
"""

from __future__ import annotations

import os
import re
import stat
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from tidebook.pipelines.read import formatting
from tidebook.pipelines.read.atomic import write_file
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.dossier.charts import Charts
from tidebook.pipelines.read.dossier.declared import Article
from tidebook.pipelines.read.dossier.wording import Labels
from tidebook.pipelines.read.markdown_text import escape_markdown, markdown_link
from tidebook.pipelines.read.outputs import VERDICTS_ID
from tidebook.pipelines.read.outputs import cache as user_cache
from tidebook.pipelines.read.settings import Publishing
from tidebook.pipelines.report import words
from tidebook.pipelines.report.appendix import DataTable
from tidebook.pipelines.report.card import card
from tidebook.pipelines.report.content import MOST_CHANGES, build_content
from tidebook.pipelines.report.export import claim_reviews, feed, verdicts_json
from tidebook.pipelines.report.figures import IN_SHORT, MOST_CARDS, MOST_LISTED, ShownSource
from tidebook.pipelines.report.marked import MarkedArticle
from tidebook.pipelines.report.marks import MARKS
from tidebook.pipelines.report.pictures import SHAPES, by_wording, histories, over_time
from tidebook.pipelines.report.plots import sparkline
from tidebook.schemas.base import Tables

TEMPLATES = Path(__file__).parent / "templates"
SCHEMA = "verdicts.schema.json"
ARTICLE_PAGE = "article.html"


class Cited:
    """The sources that a page names, numbered in its order: on paper, where no link leads on, its end lists them."""

    def __init__(self) -> None:
        self._numbers: dict[ShownSource, int] = {}
        self._printed: set[ShownSource] = set()

    def number(self, source: ShownSource, printed: bool) -> int:
        """Return the number of a source; `printed` says whether its mention is on the paper of a folded page."""
        if printed:
            self._printed.add(source)
        return self._numbers.setdefault(source, len(self._numbers) + 1)

    def __iter__(self) -> Iterator[tuple[int, ShownSource, bool]]:
        """Yield each source with its number, and whether a folded page prints a mention of it."""
        for source, number in self._numbers.items():
            yield number, source, source in self._printed


def render(
    tables: Tables,
    wording: Labels,
    article: Article,
    charts: Charts | None = None,
    publishing: Publishing | None = None,
    earlier: bytes = b"",
    data: Sequence[DataTable] = (),
    marked: bytes = b"",
) -> dict[str, bytes]:
    """Return the report's files by name; the bytes depend on the arguments alone.

    These are the page and its appendix, report.md, verdicts.json with its schema, a badge, a card and a feed; with
    `publishing.print_full`, print.html too, with everything unfolded.

    Args:
        tables: the tables that the report shows.
        wording: the dossier's words for themes, slugs and names.
        article: the article's facts.
        charts: the charts that the dossier declares.
        publishing: where the report is published.
        earlier: the feed of the previous release.
        data: all tables of the release, for download.
        marked: the page of the article with its numbers and claims marked, b"" without one.

    Raises:
        LookupError: a table refers to a row that does not exist, or no assumption states the date.
    """
    words.use_words(wording)
    content = build_content(tables, article, charts, data)
    publishing = publishing or Publishing()
    reviews = claim_reviews(content, publishing.base_url) if publishing.base_url else ""
    script, style = ((TEMPLATES / name).read_text("utf-8") for name in ("filter.js", "style.css"))
    colours = light_colours(style)
    verdicts = verdicts_json(content)
    shared = {
        "content": content,
        "style": Markup(style),
        "script": Markup(script),
        "script_hash": _script_hash(script),
        "colours": colours,
        "base_url": publishing.base_url,
        "claim_reviews": "",
        "full": False,
        "has_print": publishing.print_full,
        "has_article": bool(marked),
        "verdicts_id": sha256(verdicts).hexdigest()[:VERDICTS_ID],
    }

    def filled(name: str, **more: Any) -> str:
        environment = _environment(markup=name != "report.md")
        return environment.get_template(f"{name}.j2").render(shared, cited=Cited(), **more)

    files = {
        "index.html": filled("index.html", claim_reviews=Markup(reviews)),
        **{f"{page.name}.html": filled("page.html", page=page) for page in content.pages},
        "badge.svg": filled("badge.svg"),
        "card.svg": filled("card.svg", card=card(content, colours)),
        "report.md": re.sub(r"\n{3,}", "\n\n", filled("report.md")).strip() + "\n",
    }
    if marked:
        files[ARTICLE_PAGE] = marked.decode()
    if publishing.print_full:
        files["print.html"] = filled("index.html", full=True)
    return {
        "verdicts.json": verdicts,
        SCHEMA: (TEMPLATES / SCHEMA).read_bytes(),
        "feed.xml": feed(content, verdicts, publishing.base_url, earlier),
        **{name: text.encode() for name, text in files.items()},
    }


def light_colours(style: str) -> dict[str, str]:
    """Return the colours of a style sheet's first theme by name: pictures on their own have no style sheet."""
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", style.partition("}")[0]))


def _script_hash(script: str) -> str:
    """Return the source by which a content security policy allows this script and no other."""
    return f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}"


def _in_css(text: str) -> str:
    """Escape a text for a quoted string of CSS inside a style element, all but letters, digits and blanks."""
    return re.sub(r"[^\w ]", lambda match: f"\\{ord(match[0]):x} ", text)


def render_article(article: MarkedArticle) -> bytes:
    """Return the page of an article with its numbers and claims marked; the bytes depend on the argument alone."""
    styles = [(TEMPLATES / name).read_text("utf-8") for name in ("style.css", "article.css")]
    page = _environment(markup=True).get_template("article.html.j2")
    return page.render(article=article, style=Markup(styles[0]), own_style=Markup(styles[1]), MARKS=MARKS).encode()


class _CompiledTemplates(BytecodeCache):
    """Compiled templates in the user's cache: compiling them takes longer than filling them.

    They are code, so a folder that others can write to is not used. No error of the cache stops a build.
    """

    def __init__(self, environment: Environment) -> None:
        self.compiled_with = [
            jinja2.__version__,
            environment.autoescape,
            environment.trim_blocks,
            environment.lstrip_blocks,
            environment.keep_trailing_newline,
        ]

    def get_source_checksum(self, source: str) -> str:
        """Return a hash of all that the compiled template depends on; Jinja compiles it again when this changes."""
        return digest([*self.compiled_with, source])

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a compiled template; Jinja compiles a damaged one again."""
        with suppress(Exception):
            bucket.bytecode_from_string((_own_folder() / bucket.key).read_bytes())

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a compiled template."""
        with suppress(Exception):
            write_file(_own_folder() / bucket.key, bucket.bytecode_to_string())


def _own_folder() -> Path:
    """Return the folder of compiled templates, which only this user can write to.

    Raises:
        OSError: it cannot be made, or is another user's, or others can write to it.
    """
    folder = user_cache() / "templates"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()  # of a link itself, which may lead elsewhere
    is_shared = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or is_shared:
        raise PermissionError(folder)
    return folder


@cache
def _environment(*, markup: bool) -> Environment:
    """Return the Jinja environment for HTML, which escapes markup, or for Markdown; unknown names are errors."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=markup,  # noqa: S701 - off for Markdown alone
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.bytecode_cache = _CompiledTemplates(environment)
    environment.globals |= {
        "OUTCOMES": words.OUTCOMES,
        "IN_SHORT": IN_SHORT,
        "STATUSES": words.STATUSES,
        "SIGNS": words.SIGNS,
        "SHAPES": SHAPES,
        "DATED_VIEWS": words.DATED_VIEWS,
        "HEADS": words.HEADS,
        "IN_TEXT": words.IN_TEXT,
        "WEIGHTS": words.WEIGHTS,
        "MOST_CHANGES": MOST_CHANGES,
        "MOST_LISTED": MOST_LISTED,
        "MOST_CARDS": MOST_CARDS,
        "histories": histories,
        "over_time": over_time,
        "by_wording": by_wording,
    }
    environment.filters |= {
        "date": formatting.format_date,
        "month": formatting.format_month,
        "count": formatting.format_count,
        "joined": formatting.joined,
        "prose": words.as_prose,
        "sentence": words.as_sentence,
        "ended": words.ended,
        "of": words.outcome_of,
        "sparkline": sparkline,
        "css": lambda text: Markup(_in_css(text)),
        "md": escape_markdown,
        "linked": markdown_link,
    }
    return environment
