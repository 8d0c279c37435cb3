"""`follow` with readings: what a reader says of new sentences becomes claims, and of reworded ones new expressions."""

import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import edit, tidebook

FERRIES = Path(__file__).parents[1] / "ferries"


@pytest.fixture
def ferries(tmp_path: Path) -> Path:
    """A dossier whose text says more than its claims do."""
    folder = shutil.copytree(FERRIES, tmp_path / "ferries")
    edit(folder / "article.md", "once the largest, lost ground", "once the largest, lost 15,050 people")
    return folder


def claims(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((folder / "dossier.toml").read_text("utf-8"))["claims"]
    return found


def read(folder: Path, is_: str) -> None:
    """Have somebody read the number of people that the night route lost."""
    text = folder / "article.md"
    request = json.loads(tidebook("reading", "request", str(text), "--json").stdout)
    (sentence,) = (each for each in request["sentences"] if "once the largest" in each["text"])
    lines = [{"request": request["request"], "reader": "Kim"}, {"id": sentence["id"], "n": 1, "is": is_}]
    reply = folder.with_name("reply.jsonl")
    reply.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    assert tidebook("reading", "apply", str(text), str(reply)).exit_code == 0


def test_a_number_that_no_claim_quotes_becomes_one_with_its_reader(ferries: Path) -> None:
    before = (ferries / "dossier.toml").read_text("utf-8")
    read(ferries, 't1["Night"].c_2023 - t1["Night"].c_2024')
    followed = tidebook("follow", "--in", str(ferries))
    assert followed.exit_code == 0, followed.output
    assert (ferries / "dossier.toml").read_text("utf-8").startswith(before)
    new = claims(ferries)[-1]
    assert "lost 15,050 people" in new["quote"]
    assert new["is"] == "passengers[night].now - passengers[night].before"
    assert new["read_by"].startswith("Kim, ")
    assert tidebook("check", str(ferries)).exit_code == 0
    again = tidebook("follow", "--in", str(ferries))
    assert again.stdout == "Nothing to follow: the dossier quotes the article as it is\n"


def test_a_new_reading_replaces_what_the_same_reader_said_and_nothing_that_a_person_wrote(ferries: Path) -> None:
    read(ferries, 't1["Night"].c_2023 - t1["Night"].c_2024')
    tidebook("follow", "--in", str(ferries))
    written = [claim["is"] for claim in claims(ferries)[:-1]]
    read(ferries, 't1["Island"].c_2024 - t1["Island"].c_2023')
    followed = tidebook("follow", "--in", str(ferries))
    assert "is now passengers[island].before - passengers[island].now" in followed.stdout
    assert [claim["is"] for claim in claims(ferries)[:-1]] == written
    assert tidebook("check", str(ferries)).exit_code == 1


def test_a_reading_that_the_dossier_takes_otherwise_is_left_out_with_the_reason(ferries: Path) -> None:
    for column in ("before", "now"):
        edit(
            ferries / "dossier.toml",
            f'name = "{column}", unit = "person"',
            f'name = "{column}", scale = 1000, unit = "person"',
        )
    before = (ferries / "dossier.toml").read_text("utf-8")
    read(ferries, 't1["Night"].c_2023 - t1["Night"].c_2024')
    followed = tidebook("follow", "--in", str(ferries))
    assert "article.md:18:31: the reading of" in followed.stderr
    assert "is left out: the dossier reads the table otherwise" in followed.stderr
    assert (ferries / "dossier.toml").read_text("utf-8") == before


def test_a_dossier_that_cannot_be_read_is_the_error_and_not_its_readings(ferries: Path) -> None:
    edit(ferries / "dossier.toml", 'name = "now", unit = "person"', 'name = "now", unit = "USD"')
    read(ferries, 't1["Night"].c_2023 - t1["Night"].c_2024')
    followed = tidebook("follow", "--in", str(ferries))
    assert followed.exit_code == 2
    assert "is left out" not in followed.stderr
