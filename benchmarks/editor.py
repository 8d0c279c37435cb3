"""How soon an editor shows findings after an edit: `python -m benchmarks.editor`.

Belongs here: an article of 5,000 words with its dossier, which is edited again and again through the language server,
over standard input and output. Does not: builds (`builds`), or many articles (`many`).
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from benchmarks.builds import ROOT
from benchmarks.many import met, name_of

WORDS, EDITS, MOST = 5_000, 20, 0.2
"""Words of the article, number of edits, and the maximum seconds from an edit to its findings."""

EXAMPLE = ROOT / "examples" / "marathon"


def make(folder: Path) -> Path:
    """Write the example, lengthened by paragraphs until its text has 5,000 words, and return the path of the text.

    Each paragraph has numbers of its own; the server reads only edited paragraphs again.
    """
    shutil.copytree(EXAMPLE, folder / "article")
    text = folder / "article" / "article.md"
    words = text.read_text(encoding="utf-8")
    number = 0
    while len(words.split()) < WORDS:
        number += 1
        words += (
            f"\nIn the town of {name_of(number)} some {1_000 + number} people ran in 2019, and {2_000 + 3 * number} in"
            f" 2023. Sales rose from ${number + 10}.0 million to ${number + 20}.0 million, while the course stayed"
            " as it was, the weather was mild, and the winners came from all over the country, as they had in the years"
            " before.\n"
        )
    text.write_text(words, encoding="utf-8")
    return text


async def measure(text: Path) -> list[float]:
    """Return the seconds from each edit to the findings on the edited text."""
    client = LanguageClient("benchmark", "1")
    published: asyncio.Queue[str] = asyncio.Queue()

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
    def told(params: types.PublishDiagnosticsParams) -> None:
        published.put_nowait(params.uri)

    uri = text.as_uri()
    await client.start_io(sys.executable, "-m", "tidebook", "lsp")
    await client.initialize_async(types.InitializeParams(types.ClientCapabilities()))
    source = text.read_text(encoding="utf-8")
    client.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "", 1, source)))
    for _ in range(2):  # the check of the dossier, then the text as it stands
        while await published.get() != uri:
            pass
    line = len(source.splitlines()) // 2
    seconds = []
    for version in range(2, EDITS + 2):
        place = types.Range(types.Position(line, 0), types.Position(line, 0))
        change = types.TextDocumentContentChangePartial(place, f"On day {version} it rained. ")
        start = time.perf_counter()
        client.text_document_did_change(
            types.DidChangeTextDocumentParams(types.VersionedTextDocumentIdentifier(version, uri), [change])
        )
        while await published.get() != uri:
            pass
        seconds.append(time.perf_counter() - start)
    await client.shutdown_async(None)
    client.exit(None)
    return seconds


def main() -> int:
    """Measure, and say whether the goal is met."""
    with tempfile.TemporaryDirectory(prefix="editor-") as scratch:
        text = make(Path(scratch))
        seconds = asyncio.run(measure(text))
    print(f"{EDITS} edits of {WORDS:,} words: median {median(seconds):.3f} s, maximum {max(seconds):.3f} s")
    print(f"the goal is a median of {MOST} s: {met(median(seconds) <= MOST)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
