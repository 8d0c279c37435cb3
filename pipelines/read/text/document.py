"""A text as a document: its blocks of plain text and its tables, each character with its place in the file.

Belongs here: which reader reads which file. Does not: the readers (`markdown`, `markup`, `plain`), what a document is
made of (`blocks`), the numbers of the text, or what is judged of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean
from tidebook.pipelines.read.plugin import reader_of
from tidebook.pipelines.read.quantities.vocabulary import ORDINALS, SMALL, TENS, VAGUE_WORDS, VULGAR
from tidebook.pipelines.read.rawfile import WORKBOOKS, RawFile
from tidebook.pipelines.read.text.blocks import Block, Cell, Document, Form, Place, TextTable
from tidebook.pipelines.read.text.work import LONGEST_PARAGRAPH, LongParagraph, work_of_lines

__all__ = ["NUMBER", "Block", "Cell", "Document", "Form", "Place", "TextTable", "read_document"]

FORMS: dict[str, Form] = {
    **dict.fromkeys(("md", "markdown", "mdown", "mkd", "qmd", "rmd"), "markdown"),
    **dict.fromkeys(("html", "htm", "xhtml"), "html"),
    **dict.fromkeys(("txt", "text"), "text"),
    **dict.fromkeys(("csv", "tsv"), "table"),
}
"""The form of a file by the end of its name."""
OF_OTHER_PROGRAMS = {
    **dict.fromkeys(("doc", "odt", "pages", "rtf"), "a text: save it as .docx or .pdf"),
    **dict.fromkeys(("numbers", "ods", "xls"), "a text: save it as .xlsx or .csv"),
    **dict.fromkeys(("key", "odp", "ppt", "pptx"), "a text: save it as .pdf"),
    "epub": "a text: save it as .html",
}
"""What is expected of files that no reader reads, by the end of their name."""
_OF_A_PROGRAM = (*WORKBOOKS, b"{\\rtf")
"""How the files of such programs begin: whatever its name, plain text is read."""
MOST_CHARACTERS = 10_000_000
"""Maximum length of a text: a saved page with its pictures inside has a few millions."""
MOST_NUMBERS = 10_000
"""Maximum numbers in the prose of a text: a book has fewer, and what has more is data."""
_NUMBER_WORDS = (*SMALL, *TENS, *VAGUE_WORDS, *ORDINALS, "half", "hundred", "several", "twice")
NUMBER = re.compile(rf"[0-9][0-9.,]*|[{''.join(VULGAR)}]|\b(?:{'|'.join(_NUMBER_WORDS)})\b", re.IGNORECASE)
"""What may be a number of prose; where none matches, no grammar is tried."""
_SIGN = re.compile(r"[^\r\n]")
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body|article|main|div|p|table|h[1-6])\b",
    re.IGNORECASE | re.DOTALL,
)
_MARKDOWN = re.compile(r"^(?:#{1,6}[ \t]\S|(?:```|~~~)|[ \t]*\|?[ \t]*:?-{3,}:?[ \t]*\|)|\*\*\S|\]\(\S", re.MULTILINE)


def form_of(file: RawFile, text: str) -> Form:
    """Return the form of a file: by the end of its name, else by what its text looks like."""
    named = FORMS.get(file.path.rpartition(".")[2].lower()) if "." in file.path else None
    if named:
        return named
    if _PAGE.match(text):
        return "html"
    return "markdown" if _MARKDOWN.search(text) else "text"


def check_length(path: str, text: str) -> None:
    """Raise InputError if a text is too long."""
    if len(text) > MOST_CHARACTERS:
        raise InputError(Problem(path, f"a text of at most {MOST_CHARACTERS:,} characters", text=f"{len(text):,}"))


def read_document(file: RawFile, form: Form | None = None) -> Document:
    """Read a text: Markdown, a saved page or a part of one in HTML, plain text, a table alone, or what a plugin reads.

    What is too long of it is left out: `notes` say so.

    Args:
        file: the file, whose path is shown in messages and tells its form.
        form: its form, where the name does not tell or tells wrongly.

    Raises:
        InputError: the bytes are not text, the text is empty, too long, too much work or data, or the form is unknown.
        ImportError: a plugin reads such files, and lacks a package.
    """
    if form is None and (reader := reader_of(file.path)):
        read: Document = reader.read(file)
        return _with_few_numbers(read)
    source = _source_of(file)
    known = ("markdown", "html", "text", "table")
    if form is not None and form not in known:
        raise InputError(
            Problem(file.path, f"one of the forms {', '.join(known)}{did_you_mean(form, known)}", text=form)
        )
    if not source.strip():
        raise InputError(Problem(file.path, "a text: the file is empty", 1))
    check_length(file.path, source)
    form = form or form_of(file, source)
    return _with_few_numbers(read_source(file.path, source, form))


def _source_of(file: RawFile) -> str:
    """Return the text of a file, with a blank for each form feed, which parts the pages of some plain texts.

    Raises:
        InputError: as `RawFile.text`, or another program's file, with the form to save it in.
    """
    expected = OF_OTHER_PROGRAMS.get(file.path.rpartition(".")[2].lower())
    if expected and file.data.startswith(_OF_A_PROGRAM):
        raise InputError(Problem(file.path, expected))
    return replace(file, data=file.data.replace(b"\f", b" ")).text()


def text_lines(file: RawFile) -> list[str]:
    """Return the lines of a file, of one that a plugin reads those of its text as read.

    Raises:
        InputError: it cannot be read.
        ImportError: a plugin reads such files, and lacks a package.
    """
    return (read_document(file).source if reader_of(file.path) else _source_of(file)).splitlines()


def read_source(path: str, source: str, form: Form) -> Document:
    """Parse a text, after its work was counted; paragraphs that are too long are left out, with a note.

    Raises:
        InputError: it is too much work.
    """
    match form:
        case "html":
            from tidebook.pipelines.read.text.markup import read_html

            return _without_long(read_html(path, source))
        case "table":
            from tidebook.pipelines.read.text.delimited import read_delimited

            return read_delimited(path, source)
    work, long = work_of_lines(path, source)
    short = _without(source, long)
    if form == "markdown":
        from tidebook.pipelines.read.text.markdown import read_markdown

        document = read_markdown(path, short, work)
    else:
        from tidebook.pipelines.read.text.plain import read_plain

        document = read_plain(path, short, work)
    return replace(document, source=source, notes=[paragraph.note(path) for paragraph in long])


def _without(source: str, long: Sequence[LongParagraph]) -> str:
    """Return a source with blanks in place of paragraphs, so that all else keeps its place."""
    kept, end = [], 0
    for paragraph in long:
        kept += [source[end : paragraph.start], _SIGN.sub(" ", source[paragraph.start : paragraph.end])]
        end = paragraph.end
    return "".join([*kept, source[end:]])


def _without_long(document: Document) -> Document:
    """Return a page whose paragraphs that are too long count as code, with a note for each."""
    blocks, notes = [], list(document.notes)
    for block in document.blocks:
        is_left_out = block.is_prose and len(block.text) > LONGEST_PARAGRAPH
        blocks.append(replace(block, kind="code") if is_left_out else block)
        if is_left_out:
            start, end = block.offsets[0], block.offsets[-1] + 1
            notes.append(LongParagraph(start, end, document.place(start).line).note(document.name))
    return replace(document, blocks=blocks, notes=notes)


def _with_few_numbers(document: Document) -> Document:
    """Return a document whose prose behind the last number that is allowed counts as code, which nobody reads."""
    blocks, count = [], 0
    first = None
    for block in document.blocks:
        count += len(NUMBER.findall(block.text)) if block.is_prose else 0
        is_left_out = count > MOST_NUMBERS and block.is_prose
        first = first or (block if is_left_out else None)
        blocks.append(replace(block, kind="code") if is_left_out else block)
    if first is None:
        return document
    expected = f"at most {MOST_NUMBERS:,} numbers outside of tables; the prose from here on is not read"
    note = Problem(document.name, expected, document.place(first.offsets[0]).line, text=f"{count:,} numbers")
    return replace(document, blocks=blocks, notes=[*document.notes, str(note)])
