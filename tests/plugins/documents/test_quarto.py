"""Quarto and R Markdown: what code computes is read from the rendered file, where the words around it are."""

from __future__ import annotations

import time
from pathlib import Path

import docx
import pytest

from tests.plugins.documents.made import TABLE, cells, run, texts
from tidebook.pipelines.read.rawfile import named_file
from tidebook.pipelines.read.text.blocks import Document
from tidebook.pipelines.read.text.document import read_document

SOURCE = """---
title: Towns
---

# Towns {#sec-12}

```{r}
#| label: tbl-towns
t <- read.csv("towns.csv")
```

They differed, *t*(`r df`) = `r round(t, 2)`, *p* = `{r} round(p, 3)`, "as we see" in @tbl-3.
"""
RENDERED = """<html><body><main><h1>Towns</h1>
<table><caption>Table 1: Towns</caption>{rows}</table>
<p>They differed, <em>t</em>(28) = 1.20, <em>p</em> = 0.024, “as we see” in Table 1.</p>
</main></body></html>
"""


def html(rows: list[list[str]]) -> str:
    return "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)


def document(folder: Path, source: str, rendered: str = "", name: str = "paper.qmd") -> Document:
    path = folder / name
    path.write_text(source)
    if rendered:
        path.with_suffix(".html").write_text(rendered)
    return read_document(named_file(str(path), "a file"))


def paragraphs(folder: Path, source: str, rendered: str) -> list[str]:
    return texts(document(folder, source, "".join(f"<p>{each}</p>" for each in rendered.split("\n"))))


@pytest.mark.parametrize("name", ["paper.qmd", "paper.Rmd"])
def test_values_and_tables_are_those_of_the_rendered_file(name: str, tmp_path: Path) -> None:
    found = document(tmp_path, SOURCE, RENDERED.format(rows=html(TABLE)), name)
    assert texts(found)[-1].rstrip() == 'They differed, t(28) = 1.20, p = 0.024, "as we see" in .'
    assert cells(found) == TABLE
    assert found.notes == []


def test_a_finding_is_at_the_code_and_in_a_cell_of_the_rendered_file(tmp_path: Path) -> None:
    document(tmp_path, SOURCE, RENDERED.format(rows=html(TABLE)))
    shown = run("check", tmp_path / "paper.qmd").output
    line = SOURCE.splitlines().index(next(each for each in SOURCE.splitlines() if "They" in each))
    assert f"paper.qmd:{line + 1}:48: " in shown
    assert "p = 0.024" in shown
    assert "paper.qmd, paper.html, table 1, row 6, column 3: " in shown


def test_a_word_document_may_be_the_rendered_file(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph("They differed, t(28) = 1.20, p = 0.024, “as we see” in Table 1.")
    made.save(str(tmp_path / "paper.docx"))
    assert "p = 0.024" in texts(document(tmp_path, SOURCE))[-1]


def test_without_a_rendered_file_code_is_no_number_and_is_named(tmp_path: Path) -> None:
    found = document(tmp_path, SOURCE)
    assert not any(sign.isdigit() for sign in texts(found)[-1])
    assert len(found.notes) == 3
    assert found.notes[1].endswith(
        "paper.qmd:12: the value of `r round(t, 2)` is not read: no rendered file is beside it"
    )
    assert "0 findings" in run("read", tmp_path / "paper.qmd").output


def test_a_value_of_an_edited_sentence_is_not_read(tmp_path: Path) -> None:
    found = document(tmp_path, SOURCE.replace("They differed", "They do not differ"), RENDERED.format(rows=""))
    assert "1.20" not in texts(found)[-1]
    assert found.notes[0].endswith("paper.html has none in its place")


@pytest.mark.parametrize(
    ("source", "rendered", "expected"),
    [
        # Sentences with the same words have their values in their order.
        ("A town has `r a` homes.\n\nA town has `r b` homes.", "A town has 5 homes.\nA town has 6 homes.", ["5", "6"]),
        # One of them is gone: which one is not known.
        ("A town has `r a` homes.\n\nA town has `r b` homes.", "A town has 5 homes.", ["5", "5"]),
        ("A town has `r a` homes.", "A town has 5 homes.\nA town has 6 homes.", ["\N{REPLACEMENT CHARACTER}"]),
        # Where the value ends is not clear.
        ("Towns: `r a` of `r b`.", "Towns: 5 of 6 of 7.", ["\N{REPLACEMENT CHARACTER}"] * 2),
        ("Towns grew by `r a``r b` homes.", "Towns grew by 56 homes.", ["\N{REPLACEMENT CHARACTER}"] * 2),
        # Too few words around it.
        ("- `r a`", "5", ["\N{REPLACEMENT CHARACTER}"]),
        ('Some `r a` towns -- or "all" -- grew.', "Some 1 234 towns – or “all” – grew.", ["1234"]),
        ("@fig-2 shows that `r a` towns grew.", "Figure 3 shows that 5 towns grew.", ["5"]),
        ("Some `r a` towns grew [see @own2020, p. 3].", "Some 5 towns grew (see Own 2020, 3).", ["5"]),
    ],
)
def test_a_value_is_read_where_the_words_around_it_are_once(
    source: str, rendered: str, expected: list[str], tmp_path: Path
) -> None:
    found = document(tmp_path, source, "".join(f"<p>{each}</p>" for each in rendered.split("\n")))
    values = []
    for block in found.blocks:
        at_code = [sign for sign, offset in zip(block.text, block.offsets, strict=True) if is_in_code(source, offset)]
        values.append("".join(at_code))
    wanted = "".join(expected)
    assert "".join(values) == wanted


def is_in_code(source: str, offset: int) -> bool:
    return source[: offset + 1].count("`") % 2 == 1 or source[offset] == "`"


def test_a_table_of_the_source_with_code_is_filled_and_not_there_twice(tmp_path: Path) -> None:
    rows = "\n".join(f"| {' | '.join(row)} |" for row in TABLE[1:-1])
    source = (
        f"| Town | 2022 | 2023 |\n|---|---|---|\n{rows}\n| Total | `r sum(a)` | `r sum(b)` |\n\n: Towns {{#tbl-9}}\n"
    )
    found = document(tmp_path, source, f"<table>{html(TABLE)}</table>")
    assert cells(found) == TABLE
    assert len(found.tables) == 1
    assert found.tables[0].caption == "Towns"
    assert found.notes == []


def test_a_rendered_file_outside_of_the_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.html").write_text(RENDERED)
    folder = tmp_path / "paper"
    folder.mkdir()
    (folder / "paper.html").symlink_to(tmp_path / "elsewhere.html")
    found = document(folder, SOURCE)
    assert "1.20" not in texts(found)[-1]
    assert "inside the dossier" in found.notes[0]


def test_many_values_and_marks_take_no_time(tmp_path: Path) -> None:
    begin = time.process_time()
    document(tmp_path, "Some `r a` towns. [@a `r @b` {#c\n" * 20_000, "<p>Some 5 towns.</p>")
    document(tmp_path, "[" + "@a" * 200_000)
    assert time.process_time() - begin < 10


INCLUDING = """# Towns

{{< include parts/_one.qmd >}}

```{r, child = c("two.Rmd", 'three.Rmd')}
```

Behind them t(28) = 1.20, p = .024.
"""


def with_included(folder: Path, source: str = INCLUDING) -> Document:
    (folder / "parts").mkdir()
    (folder / "parts" / "_one.qmd").write_text(
        "## One\n\nFirst *t*(`r df`) = 1.20, p = .024.\n\n{{< include deep.qmd >}}\n"
    )
    (folder / "parts" / "deep.qmd").write_text("| Town | Homes |\n|---|---|\n| Ystad | 5 |\n")
    (folder / "two.Rmd").write_text("Second.\n")
    (folder / "three.Rmd").write_text("Third.\n")
    return document(folder, source, "<p>First <em>t</em>(38) = 1.20, p = .024.</p>")


def test_included_files_are_read_where_they_are_named_and_each_finding_is_in_its_own_file(tmp_path: Path) -> None:
    found = with_included(tmp_path)
    first, last = "First t(38) = 1.20, p = .024.", "Behind them t(28) = 1.20, p = .024."
    assert texts(found) == ["Towns", "One", first, "Second.", "Third.", last]
    assert cells(found) == [["Town", "Homes"], ["Ystad", "5"]]
    assert found.tables[0].section == ("Towns", "One")
    assert found.where(found.tables[0].place.line) == "parts/deep.qmd, line 1"
    shown = run("check", tmp_path / "paper.qmd").output
    assert "paper.qmd, parts/_one.qmd, line 3: " in shown
    assert "paper.qmd:8:27: " in shown


@pytest.mark.parametrize("name", ["../secret.qmd", "/etc/hostname", "link.qmd", "none.qmd", "paper.qmd"])
def test_what_is_no_other_file_of_the_folder_is_not_included(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.qmd").write_text("Secret.\n")
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "link.qmd").symlink_to(tmp_path / "secret.qmd")
    found = document(folder, f"Text.\n\n{{{{< include {name} >}}}}\n")
    assert "Secret." not in texts(found)
    assert f"the part {name} was not read" in found.notes[0]


def test_an_escaped_include_is_text(tmp_path: Path) -> None:
    assert document(tmp_path, "Write {{{< include none.qmd >}}} there.\n").notes == []
