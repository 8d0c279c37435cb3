"""The main text of saved pages: our rule beside trafilatura, `python -m benchmarks.main_text`.

The pages are written for this benchmark: the sentences of an article begin with `Text`, the cells of its tables with
`Cell`, everything else with `Aside`. The table printed says how many of each are kept. The benchmark needs trafilatura;
Tidebook does not, and docs/internals/decisions.md says why.
"""

from __future__ import annotations

import re
from importlib import import_module

from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import read_document

LONG = "is a sentence of the article, long enough to be running text, and it says that 12 % of 340 people came."
BODY = "".join(f"<p>Text {number} {LONG}</p>" for number in range(1, 6))
TABLE = (
    "<table><tr><th>Cell a</th><th>Cell b</th></tr><tr><td>Cell c</td><td>12</td></tr>"
    "<tr><td>Cell d</td><td>7</td></tr></table>"
)
NAV = "<nav><ul><li><a href='/'>Aside home</a></li><li><a href='/a'>Aside news</a></li></ul></nav>"
COOKIES = "<div class='cookie-banner'><p>Aside we use cookies, 3 of them, to make this site better for you.</p></div>"
FOOTER = "<footer><p>Aside copyright 2024 by the publisher. All rights are reserved.</p></footer>"
RELATED = "<aside><h3>Aside related</h3><ul><li><a href='/b'>Aside another story of 2023</a></li></ul></aside>"
SHARE = "<div class='share'><a href='#'>Aside share</a> <a href='#'>Aside print</a></div>"
COMMENTS = (
    "<section id='comments'><h2>Aside comments</h2><p>Aside I do not believe that 12 % came to this.</p></section>"
)
TEASERS = "".join(f"<article><h3><a href='/{n}'>Aside teaser {n}</a></h3></article>" for n in range(6))
PAGES = {
    "article element": f"{NAV}<article><h1>Text title</h1>{BODY}{TABLE}</article>{RELATED}{FOOTER}",
    "main element": f"{COOKIES}{NAV}<main><h1>Text title</h1>{BODY}{TABLE}</main>{FOOTER}",
    "article with an aside in it": f"{NAV}<article><h1>Text title</h1>{BODY}{RELATED}{TABLE}</article>{FOOTER}",
    "article and teasers": f"{NAV}<main><h1>Text title</h1>{BODY}{TABLE}</main>{TEASERS}{FOOTER}",
    "no element of its own": f"{NAV}{COOKIES}<div id='content'><h1>Text title</h1>{BODY}{TABLE}</div>{FOOTER}",
    "div soup": f"<div class='menu'><a href='/'>Aside home</a></div>{COOKIES}"
    f"<div class='post'><h2>Text title</h2>{BODY}"
    f"{TABLE}{SHARE}</div><div class='footer'><p>Aside copyright 2024 by the publisher.</p></div>",
    "div soup without names": f"<div><a href='/'>Aside home</a></div><div><h2>Text title</h2>{BODY}{TABLE}</div>"
    "<div><p>Aside copyright 2024 by the publisher.</p></div>",
    "comments below": f"{NAV}<article><h1>Text title</h1>{BODY}{TABLE}</article>{COMMENTS}{FOOTER}",
    "short text, large table": f"{NAV}<main><h1>Text title</h1><p>Text 1 {LONG}</p>{TABLE}</main>{FOOTER}",
}


def ours(page: str) -> str:
    """Return the words of a page as Tidebook reads it, cells too."""
    document = read_document(RawFile("page.html", page.encode()))
    cells = [cell.text for table in document.tables for row in (*table.header_rows, *table.rows) for cell in row]
    return "\n".join([*(block.text for block in document.blocks), *cells])


def theirs(page: str) -> str:
    """Return the words of a page as trafilatura reads it with tables, without comments."""
    found = import_module("trafilatura").extract(page, include_tables=True, include_comments=False, favor_recall=True)
    return str(found or "")


def kept(text: str, page: str, word: str) -> str:
    """Return how many of the pieces of a page that begin with a word are in a text, as `5/6`."""
    pieces = set(re.findall(rf"{word} [^<]*", page))
    return f"{sum(piece.strip() in text for piece in pieces)}/{len(pieces)}"


def main() -> None:
    """Print a table in Markdown."""
    print("| page | texts | cells | asides | texts | cells | asides |\n|---|---|---|---|---|---|---|")
    for name, body in PAGES.items():
        page = f"<!doctype html><html><head><title>Page</title></head><body>{body}</body></html>"
        counts = [kept(reader(page), page, word) for reader in (ours, theirs) for word in ("Text", "Cell", "Aside")]
        print(f"| {name} | {' | '.join(counts)} |")


if __name__ == "__main__":
    main()
