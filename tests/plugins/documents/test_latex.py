"""Texts in LaTeX: what a reader of the printed page sees, at the lines of the source."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugins.documents.made import TABLE, cells, read_bytes, run, texts
from tidebook.pipelines.read.text.document import Document


def latex(body: str, head: str = "") -> Document:
    source = f"\\documentclass{{article}}\n{head}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
    return read_bytes("a.tex", source.encode())


def tabular(rows: list[list[str]]) -> str:
    lines = [" & ".join(row) + r" \\" for row in rows]
    return "\\begin{tabular}{lrr}\n\\toprule\n" + "\n".join([lines[0], r"\midrule", *lines[1:]]) + "\n\\end{tabular}"


def only(body: str, head: str = "") -> str:
    (text,) = texts(latex(body, head))
    return text


def test_headings_paragraphs_items_and_captions_are_read_in_their_order() -> None:
    document = latex(
        "\\section{Growth}\nTwo towns\ngrew.\n\nMore \\emph{text}. % a comment\n"
        "\\begin{itemize}\\item One\\item Two\\end{itemize}\n"
        f"\\begin{{table}}\\caption{{Visitors}}\n{tabular(TABLE)}\n\\end{{table}}",
        "\\title{Towns}",
    )
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "Towns"),
        ("heading", "Growth"),
        ("paragraph", "Two towns grew."),
        ("paragraph", "More text."),
        ("item", "One"),
        ("item", "Two"),
        ("caption", "Visitors"),
        ("table", ""),
    ]
    assert cells(document) == TABLE
    assert len(document.tables[0].header_rows) == 1
    assert document.tables[0].caption == "Visitors"
    assert document.blocks[2].section == ("Towns", "Growth")


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        (r"\num{12345.67} and \num{1.2e3}", "12345.67 and 1.2·10^3"),
        (r"\SI{10}{\kilo\gram} or \qty{5.5}{\percent}", "10 kg or 5.5%"),
        (r"\SIrange{10}{20}{\metre}", "10 to 20 m"),
        (r"from $2.3\cdot 10^{18}$ to $1{,}234$", "from 2.3·10^18 to 1,234"),
        (r"12\,345 of \$5 and 30\,\%", "12\N{THIN SPACE}345 of $5 and 30\N{THIN SPACE}%"),
        (r"78.5\textsuperscript{1} m\textsuperscript{a}", "78.5¹ m"),
        (r"as \citep[p.~3]{smith2020} and \ref{tab:1} say~12", "as and say\N{NO-BREAK SPACE}12"),
        (r"``A'' -- B\"ucher, \textbf{12} \textcolor{red}{13}", "“A” – Bücher, 12 13"),
        (r"up to 5\footnote{Or 6.}", None),
    ],
)
def test_a_number_is_read_as_it_is_printed(source: str, printed: str | None) -> None:
    assert texts(latex(source)) == ([printed] if printed else ["up to 5", "Or 6."])


def test_a_macro_that_stands_for_a_number_is_that_number() -> None:
    assert (
        only(r"We saw \ntotal{} towns, or \num{\ntotal}.", r"\newcommand{\ntotal}{1234}")
        == "We saw 1234 towns, or 1234."
    )


def test_displayed_formulas_and_listings_are_no_text() -> None:
    assert only("\\begin{equation}x = 5\\end{equation}Text.\\begin{verbatim}x = 6\\end{verbatim}") == "Text."


def test_cells_span_columns_and_rows() -> None:
    body = r"""\begin{tabular}{lrr}
\multirow{2}{*}{Town} & \multicolumn{2}{c}{Visitors} \\ \cmidrule(lr){2-3}
 & 2022 & 2023 \\ \midrule
Lund & 10 & \makecell{12 \\ (est.)} \\
Ystad & 20 & 25 \\
\end{tabular}"""
    table = latex(body).tables[0]
    assert table.heads == ["Town", "Visitors / 2022", "Visitors / 2023"]
    assert [[cell.text for cell in row] for row in table.rows] == [["Lund", "10", "12 (est.)"], ["Ystad", "20", "25"]]


def test_a_table_over_several_pages_has_one_head_and_its_last_foot() -> None:
    body = r"""\begin{longtable}{lrr}
Town & 2022 & 2023 \\ \midrule\noalign{} \endfirsthead
Town & 2022 & 2023 (continued) \\ \hline \endhead
\multicolumn{3}{r}{See page 7} \\ \endfoot
Total & 30 & 37 \\ \bottomrule\noalign{} \endlastfoot
Lund & 10 & 12 \\
Ystad & 20 & 25 \\
\end{longtable}"""
    table = latex(body).tables[0]
    assert table.heads == ["Town", "2022", "2023"]
    assert table.labels == ["Lund", "Ystad", "Total"]


def test_slips_are_found_at_their_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "paper.tex"
    path.write_text(
        "\\begin{document}\n% t(28) = 1.20, p = .024\nThey differed, $t(28) = 1.20$, $p = .024$.\n\n"
        f"{tabular(TABLE)}\n\\end{{document}}\n"
    )
    shown = run("check", path).output
    assert "paper.tex:3:33: " in shown
    assert f"paper.tex:{5 + 2 + 6}:17: " in shown
    assert path.read_text().splitlines()[12][16:21] == "6,535"


def test_a_part_is_read_in_and_its_findings_are_at_its_own_lines(tmp_path: Path) -> None:
    path = tmp_path / "paper.tex"
    path.write_text("\\section{One}\n\\input{parts/results}\nThey differed, t(28) = 1.20, p = .024.\n% \\input{none}\n")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "results.tex").write_text("\nIt differed, t(38) = 1.20, p = .024.\n")
    shown = run("check", path)
    assert "paper.tex, parts/results.tex, line 2: " in shown.output
    assert "paper.tex:3:30: " in shown.output
    assert "none" not in shown.output


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "link"])
def test_a_part_outside_of_the_folder_is_left_out_with_a_note(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.tex").write_text("They differed, t(28) = 1.20, p = .024.")
    folder = tmp_path / "paper"
    folder.mkdir()
    (folder / "link.tex").symlink_to(tmp_path / "secret.tex")
    (folder / "paper.tex").write_text(f"Text.\n\\input{{{name}}}\n")
    found = run("read", folder / "paper.tex")
    assert "0 findings" in found.output
    assert "was not read: no text in UTF-8 of this name is in the folder or below it" in found.output


def test_parts_that_read_in_each_other_end(tmp_path: Path) -> None:
    (tmp_path / "a.tex").write_text("Text.\n\\input{b}\n")
    (tmp_path / "b.tex").write_text("More.\n\\input{b}\n")
    assert "the part b.tex was not read" in run("read", tmp_path / "a.tex").output


def test_macros_that_stand_for_each_other_do_not_grow() -> None:
    head = "".join(rf"\newcommand{{\x{a}}}{{\x{b}\x{b}}}" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert len(only(r"Text \xa.", head)) < 20
