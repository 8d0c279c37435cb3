"""Every form of the page docs/quantities.md is read, or refused, as the page says."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.conftest import ROOT
from tests.unit.quantity_forms import FORMS, HEAD, KEYS, PAGES, SENTENCES, Read, Refused, page, reference
from tests.unit.test_quantity import without_ends
from tidebook.pipelines.read.printed import PrintedTable, Printing
from tidebook.pipelines.read.quantities.proposals import declarations
from tidebook.pipelines.read.quantities.quantity import STRICT, Context, QuantityError, parse_quantity
from tidebook.pipelines.read.quantities.sentences import find_quantities
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.tables import read_table

READ = [form for _, forms in FORMS.values() for form in forms if isinstance(form, Read)]
REFUSED = [form for _, forms in FORMS.values() for form in forms if isinstance(form, Refused)]


def test_a_form_on_the_page_is_read(subtests: pytest.Subtests) -> None:
    for form in READ:
        with subtests.test(f"{form.text} in {form.unit}"):
            expected = Quantity(form.value, form.low, form.high, form.kind, form.unit, form.note)
            assert without_ends(parse_quantity(form.text, form.unit, form.context)) == expected


def test_a_form_on_the_page_is_refused(subtests: pytest.Subtests) -> None:
    for form in REFUSED:
        with subtests.test(f"{form.text} in {form.unit}"):
            with pytest.raises(QuantityError) as caught:
                parse_quantity(form.text, form.unit, form.context)
            assert (caught.value.position, caught.value.reason) == (form.position, form.reason)


AS_DECLARED = [form for form in READ if form.context != STRICT]


def test_what_the_page_declares_reads_the_form_as_a_column_of_a_dossier(subtests: pytest.Subtests) -> None:
    for form in AS_DECLARED:
        with subtests.test(f"{form.text} in {form.unit}"):
            said = tomllib.loads(f"column = {{ {declarations(form.context)} }}")["column"]
            context = Printing.model_validate(said).context(form.unit)
            expected = Quantity(form.value, form.low, form.high, form.kind, form.unit, form.note)
            assert without_ends(parse_quantity(form.text, form.unit, context)) == expected


def test_the_table_of_declarations_has_all_keys_and_the_dossier_of_the_page_is_one() -> None:
    assert set(KEYS) == set(Printing.model_fields)
    (shown,) = re.findall(r"```toml\n(.*?)```", HEAD, re.DOTALL)
    table = PrintedTable.model_validate(tomllib.loads(shown)["tables"]["sales"])
    raw = RawFile(table.path, 'Region,Sales (€ million),Share (%)\nNord,"1.452,4",16\nSüd,—,"3,5"\n'.encode())
    rows, _ = read_table(table, raw)
    assert rows == [
        {"subject": "nord", "region": "Nord", "sales": 1_452.4e6, "share": 16},
        {"subject": "sud", "region": "Süd", "sales": 0, "share": 3.5},
    ]


def test_a_sentence_has_its_quantities_and_no_others(subtests: pytest.Subtests) -> None:
    for sentence in SENTENCES:
        with subtests.test(sentence.text):
            found = find_quantities(sentence.text)
            assert [each.text for each in found] == [expected[0] for expected in sentence.found]
            for each, expected in zip(found, sentence.found, strict=True):
                assert sentence.text[each.start : each.end] == each.text
                if len(expected) == 2:
                    assert each.quantity is None and expected[1] in each.problem
                else:
                    assert each.quantity is not None and each.problem == ""
                    assert (each.quantity.unit, each.quantity.value, each.quantity.kind) == expected[1:]


@pytest.mark.parametrize(
    ("name", "decimal", "grouping"),
    [("en", ".", ","), ("de", ",", "."), ("fr", ",", " "), ("de_CH", ".", "’"), ("de-CH", ".", "’")],
)
def test_a_locale_brings_its_signs(name: str, decimal: str, grouping: str) -> None:
    assert Context.of_locale(name) == Context(decimal=decimal, grouping=grouping)


@pytest.mark.parametrize("name", ["", "xx", "d", "de-DE-x", "1"])
def test_an_unknown_locale_is_reported(name: str) -> None:
    with pytest.raises(ValueError, match=f"^locale is '{name}', which CLDR does not have$"):
        Context.of_locale(name)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"decimal": ";"}, "decimal is ';', not one of"),
        ({"decimal": ",", "grouping": ","}, "cannot be the sign of decimals and of thousands"),
        ({"parentheses": "minus"}, "parentheses is 'minus', not one of 'negative', 'error'"),
        ({"digits": "roman"}, "digits is 'roman', not one of"),
        ({"clock": "s"}, "clock is 's', not one of"),
        ({"scale": -1}, "scale is -1, not a power of ten from 0 to 15"),
        ({"scale": 16}, "scale is 16, not a power of ten from 0 to 15"),
        ({"within": ("* - *",)}, r"within has '\* - \*', not one {} and at most 2 \*"),
        ({"within": ("{}*",)}, "with something between, such as"),
        ({"within": ("* {} * *",)}, r"at most 2 \*"),
    ],
)
def test_a_declaration_that_means_nothing_is_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Context(**wrong)  # type: ignore[arg-type]


def test_a_cell_in_none_of_its_columns_forms_is_reported_with_them() -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantity("31", "number", Context(within=("{} - *", "* ({})")))
    assert caught.value.expected == "a cell of the form '{} - *' or '* ({})', where {} is the quantity"


def test_the_committed_page_is_that_of_the_tests() -> None:
    assert (ROOT / "docs" / "quantities.md").read_text(encoding="utf-8") == page(), "run `make pages`"
    for name, text in reference().items():
        assert (PAGES / name).read_text(encoding="utf-8") == text, "run `make pages`"
