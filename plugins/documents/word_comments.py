"""Comments in a copy of a Word document.

Belongs here: where a comment begins and ends, and the same bytes for the same input. Does not: which words get which
comment.
"""

from __future__ import annotations

import copy
import io
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from tidebook.pipelines.judge.text.marking import AUTHOR, Mark
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.plugins.documents.archive import rewritten
from tidebook.plugins.documents.word_text import Piece, Story, W, opened, story_of

_NOTES = ("footnote", "endnote")


def with_comments(file: RawFile, marks: Sequence[Mark]) -> bytes:
    """Return a copy of a document with a comment at each mark; one on a note is at its reference."""
    document = opened(file)
    story = story_of(file.path, document)
    # From the last on: what is split then stands behind all that is still to come.
    for each in reversed(marks):
        first, last = _ends_of(story, each)
        if first is None or last is None:
            continue
        comment = document.comments.add_comment(each.note, author=AUTHOR, initials="T")
        comment._comment_elm.attrib.pop(f"{W}date", None)
        _put_around(document, first, last, comment.comment_id)
    written = io.BytesIO()
    document.save(written)
    return rewritten(written.getvalue(), {})


def _ends_of(story: Story, mark: Mark) -> tuple[Any, Any]:
    """Return the runs that the words of a mark begin and end with, split so that they hold nothing else."""
    starts = [start for start, _ in story.pieces]
    first = bisect_right(starts, mark.start) - 1
    last = bisect_right(starts, mark.end - 1) - 1
    if first < 0:
        return None, None
    # The end first: what is before it keeps its element.
    ended, _ = _split(story.pieces[last][1], mark.end - starts[last])
    _, begun = _split(story.pieces[first][1], mark.start - starts[first])
    return begun, begun if first == last else ended


def _split(piece: Piece, place: int) -> tuple[Any, Any]:
    """Split the run of a piece before a character of it; return the runs before and behind, which may be the same.

    What is no text of a run, such as an equation, stays whole.
    """
    element = piece.element
    run = element.getparent()
    if run.tag != f"{W}r" or element.tag != f"{W}t":
        whole = _within_paragraph(element)
        return whole, whole
    text = element.text or ""
    before = [each for each in run if each.tag != f"{W}rPr"]
    index = before.index(element)
    if place <= 0 and index == 0:
        return run, run
    if place >= len(text) and index == len(before) - 1:
        return run, run
    behind = copy.deepcopy(run)
    own = [each for each in behind if each.tag != f"{W}rPr"]
    for each in own[:index] if place < len(text) else own[: index + 1]:
        behind.remove(each)
    for each in before[index + 1 :] if place > 0 else before[index:]:
        run.remove(each)
    if 0 < place < len(text):
        _set(element, text[:place])
        _set(own[index], text[place:])
    run.addnext(behind)
    return run, behind


def _set(element: Any, text: str) -> None:
    element.text = text
    element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _within_paragraph(element: Any) -> Any:
    """Return the child of a paragraph that an element is in."""
    while element.getparent() is not None and element.getparent().tag != f"{W}p":
        element = element.getparent()
    return element


def _put_around(document: Any, first: Any, last: Any, number: int) -> None:
    """Put the ends of a comment around runs; around the reference of a note that they are in."""
    from docx.oxml.parser import OxmlElement

    for note in _NOTES:
        around = next(first.iterancestors(f"{W}{note}"), None)
        if around is not None:
            name = around.get(f"{W}id")
            found = [each for each in document.element.body.iter(f"{W}{note}Reference") if each.get(f"{W}id") == name]
            if not found:
                return
            first = last = found[0].getparent()
    made = []
    for tag in ("commentRangeStart", "commentRangeEnd", "commentReference"):
        element = OxmlElement(f"w:{tag}")
        element.set(f"{W}id", str(number))
        made.append(element)
    start, end, reference = made
    run = OxmlElement("w:r")
    run.append(reference)
    first.addprevious(start)
    last.addnext(end)
    end.addnext(run)
