"""The review of a text as commands ask for it: its findings, what is accepted of it, and entries without a finding.

Belongs here: the text of a dossier that is reviewed alone, and one that has no dossier. Does not: rules on texts
(`judge.text`), all findings on a dossier (`article_findings`), or printing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tidebook.pipelines.judge.accepted import Accepted, AcceptedInText, entries_of
from tidebook.pipelines.judge.finding import Finding
from tidebook.pipelines.judge.readings.engine import Judged
from tidebook.pipelines.judge.readings.reading import Reading
from tidebook.pipelines.judge.readings.replies import readings_beside
from tidebook.pipelines.judge.readings.review import review_with_readings
from tidebook.pipelines.judge.text.finding_rows import finding_rows, findings_of_rows, former_ids
from tidebook.pipelines.judge.text.review import Review
from tidebook.pipelines.read.dossier.sections import accepted_path
from tidebook.pipelines.read.errors import Problem
from tidebook.pipelines.read.rawfile import RawFile, is_there, read_raw
from tidebook.pipelines.read.text.document import Document, read_document
from tidebook.pipelines.report.dossier_findings import Unwanted, shown_path
from tidebook.schemas.vocabulary import CONTRADICTS


class ReviewedText(NamedTuple):
    """What a text says against itself.

    Attributes:
        document: the text as it was read.
        findings: in the model that all outputs share.
        review: the review that found them.
        obsolete: a warning for each entry of what is accepted that has no finding any more.
        judged: what follows from readings.
        unread_lines: where the sentences with numbers stand that have no reading, if the text has readings.
    """

    document: Document
    findings: list[Finding]
    review: Review
    obsolete: list[Problem]
    judged: Judged
    unread_lines: Sequence[int] = ()


def reviewed_own_text(raw: Path, name: str, unwanted: Unwanted) -> ReviewedText:
    """Review the text of a dossier.

    Args:
        raw: the dossier.
        name: the file of the text, relative to it.
        unwanted: which outcomes are errors.

    Raises:
        InputError: the text cannot be read.
    """
    path = raw / name
    readings = readings_beside(path).readings
    return reviewed_text(read_raw(raw, name), shown_path(path), unwanted, accepted_in_text(path), readings)


def reviewed_text(
    file: RawFile,
    shown: str,
    unwanted: Unwanted,
    accepted: Accepted,
    readings: Sequence[Reading] = (),
    beside: Sequence[Document] = (),
) -> ReviewedText:
    """Review a text.

    Args:
        file: the text.
        shown: the text, as a reader in the working directory names it.
        unwanted: which outcomes are errors; a certain finding is one where `contradicts itself` is.
        accepted: what is accepted of it.
        readings: what readers say of its numbers.
        beside: files that it is held against, too.

    Raises:
        InputError: the text cannot be read.
    """
    document = read_document(file)
    found, judged = review_with_readings(document, readings, beside=beside)
    rows = list(finding_rows(found.findings, accepted.entries))
    fails = unwanted(CONTRADICTS, "grave")
    findings = [each.located(document) for each in findings_of_rows(rows, shown, fails=fails)]
    renamed = {former: name for name, former in former_ids(found.findings).items()}
    obsolete = list(accepted.obsolete({each.id for each in findings}, renamed))
    unread = [document.place(each.block.offsets[each.start]).line for each in judged.unread]
    return ReviewedText(document, findings, found, obsolete, judged, unread)


def accepted_in_text(text: Path) -> AcceptedInText:
    """Return what is accepted of a text, by fingerprint: the entries of TEXT.accepted.toml.

    Raises:
        InputError: the file cannot be read.
    """
    path = Path(accepted_path(str(text)))
    if not is_there(path.parent, path.name):
        return AcceptedInText()
    return entries_of(RawFile(str(path), read_raw(path.parent, path.name).data))
