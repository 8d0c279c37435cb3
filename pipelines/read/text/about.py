"""What a file says about itself: title, publisher, author, day and address.

Belongs here: the metadata of a page (JSON-LD, Open Graph, `meta` elements) and what a plugin reads of other files. Does
not: what the text says (`judge.drafts` guesses a day from it).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from html.parser import HTMLParser
from typing import Any, NamedTuple

from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.plugin import reader_of
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import form_of

MOST_OF_HEAD, MOST_OF_SCRIPT, LONGEST = 500_000, 100_000, 300
"""Maximum characters of a page in which its metadata is looked for, of one script, and of a value."""
_ARTICLES = re.compile(r"(?:Article|Posting|Report|WebPage)$")
_ADDRESS = re.compile(r"https?://[^\s\"<>]{4,}")
_NAMES = {
    "title": ("og:title", "citation_title", "dc.title"),
    "publisher": ("og:site_name", "citation_publisher", "dc.publisher"),
    "author": ("author", "citation_author", "dc.creator"),
    "day": ("article:published_time", "citation_publication_date", "date", "dc.date", "dcterms.date"),
    "address": ("og:url",),
}
"""The names under which `meta` elements have each value, the most telling first."""


class About(NamedTuple):
    """What a file says about itself; "" and None for what it does not say."""

    title: str = ""
    publisher: str = ""
    author: str = ""
    published: dt.date | None = None
    address: str = ""


def about_of(file: RawFile) -> About:
    """Return what a page, or a document whose reader tells it, says about itself; nothing for other texts."""
    reader = reader_of(file.path)
    if reader is not None:
        return about_named(reader.about(file)) if hasattr(reader, "about") else About()
    try:
        source = file.text()
    except InputError:
        return About()
    return _of_page(source[:MOST_OF_HEAD]) if form_of(file, source) == "html" else About()


def about_named(values: Mapping[str, Any]) -> About:
    """Return values by name (`title`, `publisher`, `author`, `day`, `address`), those that are texts and fit."""
    plain = {name: " ".join(str(value).split())[:LONGEST] for name, value in values.items() if value}
    address = plain.get("address", "")
    return About(
        plain.get("title", ""),
        plain.get("publisher", ""),
        plain.get("author", ""),
        _day(plain.get("day", "")),
        address if _ADDRESS.fullmatch(address) else "",
    )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10].replace("/", "-"))
    except ValueError:
        return None


class _Head(HTMLParser):
    """Collects `meta` elements, the canonical address and scripts of JSON-LD."""

    def __init__(self) -> None:
        super().__init__()
        self.named: dict[str, str] = {}
        self.canonical = ""
        self.scripts: list[str] = []
        self._is_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta":
            name = given.get("property") or given.get("name") or given.get("itemprop", "")
            self.named.setdefault(name.lower(), given.get("content", ""))
        elif tag == "link" and given.get("rel", "").lower() == "canonical":
            self.canonical = self.canonical or given.get("href", "")
        elif tag == "script":
            self._is_data = given.get("type", "").lower() == "application/ld+json"

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._is_data = False

    def handle_data(self, data: str) -> None:
        if self._is_data and len(data) <= MOST_OF_SCRIPT:
            self.scripts.append(data)


def _of_page(source: str) -> About:
    head = _Head()
    with suppress(AssertionError):  # a marked section that HTML does not know
        head.feed(source)
    values: dict[str, Any] = {}
    for script in head.scripts:
        for found in _articles(script):
            values = {**_of_linked_data(found), **values}
    for value, names in _NAMES.items():
        values.setdefault(value, next((head.named[name] for name in names if head.named.get(name)), ""))
    values["address"] = head.canonical or values["address"]
    return about_named({name: value for name, value in values.items() if isinstance(value, str)})


def _articles(script: str) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a script in JSON-LD that are articles, reports or pages."""
    try:
        found = json.loads(script)
    except (ValueError, RecursionError):
        return
    nodes = found if isinstance(found, list) else [found]
    for node in nodes:
        if not isinstance(node, dict):
            continue
        graph = node.get("@graph")
        for each in [node, *(graph if isinstance(graph, list) else [])]:
            if isinstance(each, dict) and _ARTICLES.search(_first(each.get("@type"))):
                yield each


def _of_linked_data(found: Mapping[str, Any]) -> dict[str, str]:
    values = {
        "title": found.get("headline"),
        "publisher": found.get("publisher"),
        "author": found.get("author"),
        "day": found.get("datePublished"),
        "address": found.get("url"),
    }
    return {name: text for name, value in values.items() if (text := _first(value))}


def _first(value: Any) -> str:
    """Return a text, or the name of an object, the first of a list."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("name", "")
    return value if isinstance(value, str) else ""
