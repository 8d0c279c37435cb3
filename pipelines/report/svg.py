"""SVG as Vega writes it, made fit to stand inside a page: small, named, without fonts, colours or ids of its own.

Belongs here: what is done to the markup of any chart. Does not: what a chart shows (`charts`, `paths`).
"""

from __future__ import annotations

import re
from html import escape

_NOISE = re.compile(
    r' (?:role="(?!img)[^"]*"|aria-[a-z]+="[^"]*"|pointer-events="[^"]*"|font-family="[^"]*"'
    r'|class="(?:mark-|background|foreground)[^"]*"|opacity="1"|stroke-width="1"|xmlns:xlink="[^"]*"|version="[^"]*")'
)
_EMPTY_TEXT = re.compile(r"<text[^>]*/>|<text[^>]*></text>|<text[^>]* opacity=\"0\"[^>]*>[^<]*</text>")
_EMPTY_PATH = re.compile(r'<path(?: [a-z-]+="(?:M0,0h0v0h0Z|none|)")*(?: d="[^"]*")?(?: display="none")?/>')
_BARE_GROUP = re.compile(r"<g></g>|<g/>")
_DECIMALS = re.compile(r"(\d+\.\d{2})\d+")
_SIZE = re.compile(r'<svg[^>]* width="([\d.]+)" height="([\d.]+)"[^>]*>')
_ID = re.compile(r'\bid="([^"]+)"')
_LARGEST_SCALE = 1.2


def inline_svg(vega: str, name: str, title: str, description: str) -> str:
    """Return the chart as a responsive SVG element with a text alternative, every id starting with `name`."""
    for local in dict.fromkeys(_ID.findall(vega)):
        vega = vega.replace(f'id="{local}"', f'id="{name}-{local}"').replace(f"#{local})", f"#{name}-{local})")
    size = _SIZE.search(vega)
    if size is None:
        raise ValueError(f"chart {name} has no size")
    width, height = size.groups()
    body = _NOISE.sub("", vega[size.end() : vega.rindex("</svg>")])
    body = _EMPTY_TEXT.sub("", body)
    body = _DECIMALS.sub(r"\1", body)
    while (smaller := _BARE_GROUP.sub("", _EMPTY_PATH.sub("", body))) != body:
        body = smaller
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width} {height}" role="img" '
        f'style="max-width:{_LARGEST_SCALE * float(width):.0f}px" '
        f'aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
        f"{body}</svg>"
    )


def standalone_svg(inline: str, light: str, dark: str) -> str:
    """Return an inline chart as a file of its own, given the declarations of colours for both schemes."""
    style = (
        f"<style>svg{{{light}color:var(--ink);background:var(--paper);font-family:sans-serif}}"
        f"@media(prefers-color-scheme:dark){{svg{{{dark}}}}}</style>"
    )
    start = inline.index(">") + 1
    return inline[:start] + style + inline[start:]
