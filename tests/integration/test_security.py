"""What hostile input cannot do: run, break out in the UI, leave the dossier or a pickle; and where the UI listens."""

from __future__ import annotations

import http.client
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import click
import dagster as dg
import pytest
import yaml

from tests.canaries import END, Canaries, with_m
from tests.conftest import LONG, MARATHON, ROOT, SMALL, edit, tidebook
from tests.ledgers import PLUGINS, RENTS, dozen
from tests.servers import Processes, environment_of, free_port, listens
from tidebook.pipelines.commands.app import app
from tidebook.pipelines.defs.command import INSTANCE, QUIET, home_of
from tidebook.pipelines.defs.common import rows_metadata
from tidebook.pipelines.defs.job import JOB, build_defs
from tidebook.pipelines.read.rawfile import INSIDE
from tidebook.pipelines.read.settings import Settings
from tidebook.schemas.parquet import read_parquet

DOSSIER = MARATHON

HOSTILE = (
    "<script>alert(1)</script> | `a` ](javascript:b) ![c](//d) [e](file:///etc/passwd) <img src=x onerror=f> ${{g}}"
)
PLAIN = (
    dg.TextMetadataValue,
    dg.IntMetadataValue,
    dg.FloatMetadataValue,
    dg.BoolMetadataValue,
    dg.PathMetadataValue,
    dg.TableMetadataValue,
    dg.TableSchemaMetadataValue,
)
"""What the UI shows as text, never as Markdown, a link or a notebook."""


def hostile(raw: Path) -> None:
    """Put the hostile text where people write words: a cell of a table, a claim, a source, a note."""
    edit(raw / "article" / "men.csv", "Chicago", HOSTILE)
    for name, key in (("claims.toml", "statement"), ("sources.toml", "title")):
        rewrite(raw / name, key, HOSTILE, 1)


def rewrite(path: Path, key: str, value: str, count: int) -> None:
    """Give the first few keys of this name in a TOML file another text."""
    before, *lines = re.split(rf"^{key} = .*$", path.read_text(encoding="utf-8"), maxsplit=count, flags=re.MULTILINE)
    assert len(lines) == count
    path.write_text("".join([before, *(f"{key} = '{value}'{line}" for line in lines)]), encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(MARATHON, folder / "raw")
    hostile(folder / "raw")
    return Settings(folder / "raw", folder / "out")


class Ran(NamedTuple):
    """A run of the job, and the folder of the instance that has it."""

    home: Path
    result: dg.ExecuteInProcessResult


@pytest.fixture(scope="module")
def ran(project: Settings, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run on the hostile project; project and instance are as it leaves them."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "dagster.yaml").write_text(INSTANCE)
    found = Ran(folder, run(project, folder))
    assert found.result.success
    return found


def run(project: Settings, home: Path | None = None) -> dg.ExecuteInProcessResult:
    """Run the job, in an instance on disk where there is a home for it."""
    with dg.DagsterInstance.from_config(str(home)) if home else dg.DagsterInstance.ephemeral() as instance:
        job = build_defs(project).resolve_job_def(JOB)
        return job.execute_in_process(instance=instance, raise_on_error=False, run_config=QUIET)


def metadata_of(result: dg.ExecuteInProcessResult) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what the UI shows of each asset, check and failure."""
    for event in result.all_events:
        if event.is_step_materialization:
            yield str(event.asset_key), event.materialization.metadata
        if event.is_step_failure and (data := event.step_failure_data.user_failure_data):
            yield str(event.step_key), data.metadata
    for check in result.get_asset_check_evaluations():
        yield f"{check.asset_key} {check.check_name}", check.metadata


def assert_plain(result: dg.ExecuteInProcessResult) -> None:
    for name, metadata in metadata_of(result):
        for label, value in metadata.items():
            if isinstance(value, dg.MarkdownMetadataValue):
                assert label == "summary", name
                badge, _, said = value.md_str.partition("\n\n")
                assert re.fullmatch(r"!\[badge\]\(data:image/svg\+xml;base64,[A-Za-z0-9+/]+=*\)", badge)
                bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", said)
                assert not re.search(r"[<>\[\]()|&]|//|www", bare), "all signs in words of the dossier are escaped"
            else:
                assert isinstance(value, PLAIN), (name, label, value)


def test_the_ui_gets_hostile_words_as_plain_text_only(ran: Ran) -> None:
    assert_plain(ran.result)
    previews = [metadata["preview"] for _, metadata in metadata_of(ran.result) if "preview" in metadata]
    shown = [cell for preview in previews for row in preview.value.records for cell in row.data.values()]
    assert any(str(cell).startswith("<script>alert(1)</script> |") for cell in shown), "it is shown, and as it stands"


def test_a_failing_hostile_cell_is_plain_text_too(project: Settings, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(project.raw, raw)
    edit(raw / "article" / "men.csv", "2:00:35", "<script>`|](javascript:x)")
    result = run(Settings(raw, tmp_path / "out"))
    assert not result.success
    assert_plain(result)


def test_a_preview_is_a_table_of_text_on_one_line() -> None:
    import pandas as pd

    value = rows_metadata(pd.DataFrame({"words": [HOSTILE, "a\n\n# b", None], "n": [1, 2, 3]}))
    assert [column.name for column in value.schema.columns] == ["words", "n"]
    cells = [row.data["words"] for row in value.records]
    assert all(isinstance(cell, str) and "\n" not in cell and len(cell) <= 80 for cell in cells)
    assert cells[1] == "a # b"


def test_the_badge_holds_no_script_whatever_the_claims_say(project: Settings, ran: Ran) -> None:
    root = ElementTree.fromstring((project.out / "latest" / "report" / "badge.svg").read_bytes())
    tags = {str(node.tag).rpartition("}")[2] for node in root.iter()}
    assert not tags & {"script", "foreignObject", "image", "a", "iframe"}
    assert not [name for node in root.iter() for name in node.attrib if name.startswith("on") or name.endswith("href")]


def test_the_report_shows_hostile_words_as_text(project: Settings, ran: Ran) -> None:
    page = (project.out / "latest" / "report" / "index.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page and "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


# No pickle.


HANDED = {"HANDLED_OUTPUT", "LOADED_INPUT"}


def pickles(folder: Path) -> list[Path]:
    """Return the files that start as pickles of protocol 2 or later do."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if re.match(rb"\x80[\x02-\x05]", path.read_bytes()[:2])]


def test_a_run_leaves_no_pickle_and_hands_no_value_to_an_io_manager(project: Settings, ran: Ran) -> None:
    kinds = {event.event_type_value for event in ran.result.all_events}
    assert "ASSET_MATERIALIZATION" in kinds
    assert not kinds & HANDED
    assert pickles(ran.home) == pickles(project.out) == []


def test_the_check_would_see_a_value(tmp_path: Path) -> None:
    @dg.asset
    def one() -> int:
        return 1

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        result = dg.materialize([one], instance=instance)
    assert {event.event_type_value for event in result.all_events} & HANDED
    assert len(pickles(tmp_path)) == 1


# Paths.


def refused(*arguments: str | Path) -> list[str]:
    result = tidebook(*map(str, arguments))
    assert result.exit_code == 2, result.output
    return [line for line in result.output.splitlines() if line.startswith("error:")]


COMMANDS = (["build"], ["check"], ["status"], ["lock"])


ON_SMALL = pytest.mark.parametrize("dossier", [SMALL], indirect=True)


@ON_SMALL
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("path", ["article/shops.csv", "claims.toml", "new.csv", "reference", "new"])
def test_a_link_out_of_the_raw_folder_is_refused_in_one_line(
    command: list[str], path: str, raw: Path, out: Path
) -> None:
    assert tidebook("lock", "--raw", str(raw)).exit_code == 0
    outside, place = raw.parent / "outside", raw / path
    if place.suffix:
        outside.write_text("secret\n")
        place.unlink(missing_ok=True)
    else:
        shutil.copytree(SMALL / "reference", outside)
        shutil.rmtree(place, ignore_errors=True)
    place.symlink_to(outside)
    folders = ["--raw", raw, *(["--out", out] if command[0] in ("build", "status") else [])]
    assert refused(*command, *folders) == [f"error: {path}: expected {INSIDE}"]
    assert not (out / "latest").exists()


@pytest.mark.parametrize("path", ["../outside.csv", "/etc/passwd", "article/../../outside.csv"])
def test_a_lock_that_names_a_path_outside_is_refused(path: str, raw: Path, out: Path) -> None:
    with (raw / "sources.lock").open("a") as stream:
        stream.write(f'\n["{path}"]\nsha256 = "0"\nbytes = 1\n')
    (line,) = refused("build", "--raw", raw, "--out", out)
    assert re.fullmatch(rf'error: sources\.lock:\d+: found "{re.escape(path)}", expected {re.escape(INSIDE)}', line)
    assert tidebook("lock", "--raw", str(raw)).exit_code == 0
    assert tidebook("check", "--fail-on", "none", "--raw", str(raw)).exit_code == 0, "a broken lock is replaced"


def test_a_lock_that_names_what_no_file_can_be_called_is_refused_in_a_short_line(raw: Path, out: Path) -> None:
    with (raw / "sources.lock").open("a") as stream:
        stream.write(f'\n["{"y" * 1_000_000}"]\nsha256 = "0"\nbytes = 1\n')
    (line,) = refused("build", "--raw", raw, "--out", out)
    assert line.startswith("error: sources.lock:") and line.endswith(INSIDE) and len(line) < 300


@ON_SMALL
def test_a_lock_that_is_a_link_out_is_refused_and_what_it_leads_to_stays(raw: Path) -> None:
    assert tidebook("lock", "--raw", str(raw)).exit_code == 0
    outside = raw.parent / "outside.lock"
    shutil.move(raw / "sources.lock", outside)
    (raw / "sources.lock").symlink_to(outside)
    kept = outside.read_bytes()
    assert refused("check", "--raw", raw) == [f"error: sources.lock: expected {INSIDE}"]
    edit(raw / "article" / "shops.csv", "$20M", "$29M")
    expected = "error: sources.lock: expected a file or folder inside the dossier, not a link or device"
    assert refused("lock", "--raw", raw) == [expected]
    assert outside.read_bytes() == kept


def test_a_raw_folder_that_is_a_link_is_as_good_as_the_folder(raw: Path, out: Path) -> None:
    link = raw.parent / "link"
    link.symlink_to(raw)
    assert tidebook("build", "--raw", str(link), "--out", str(out)).exit_code == 0
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).output.startswith("Nothing has changed")


def test_a_link_within_the_raw_folder_and_one_that_nothing_reads_are_taken(raw: Path) -> None:
    place = raw / "article" / "men.csv"
    place.rename(raw / "article" / "men_2023.txt")
    place.symlink_to("men_2023.txt")
    (raw / "notes.pdf").symlink_to("/etc/hostname")
    (raw / ".#claims.toml").symlink_to("somebody@host.1234:5678")
    (raw / "loop").symlink_to("loop")
    assert tidebook("check", "--fail-on", "none", "--raw", str(raw)).exit_code == 0


WATCHED = """
import sys
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
from tidebook.pipelines.commands.app import app
try:
    app()
finally:
    print("opened:", len(opened), *[path for path in opened if "outside" in path], file=sys.stderr)
"""


def test_paths_in_declarations_are_words_and_open_nothing(raw: Path, out: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("secret\n")
    edit(raw / "article" / "men.csv", "Chicago", str(outside))
    for name, key in (("claims.toml", "statement"), ("sources.toml", "address"), ("sources.toml", "note")):
        rewrite(raw / name, key, f"file://{outside}", 3)
    command = [sys.executable, "-c", WATCHED, "build", "--raw", str(raw), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=os.environ)
    assert done.returncode == 0, done.stderr
    found = done.stderr.rpartition("opened: ")[2].split()
    assert int(found[0]) > 50
    assert found[1:] == []
    page = (out / "latest" / "report" / "index.html").read_text(encoding="utf-8")
    assert 'href="file:' not in page
    assert str(outside) in str(read_parquet(out / "latest" / "tables" / "sources.parquet").to_dict())


SENSOR = """
import sys
from pathlib import Path
import dagster as dg
from tidebook.pipelines.defs.job import build_defs
from tidebook.pipelines.read.settings import Settings
definitions = build_defs(Settings(Path(sys.argv[1]), Path(sys.argv[2])))
with dg.DagsterInstance.ephemeral() as instance:
    context = dg.build_sensor_context(instance=instance, definitions=definitions, sensor_name="raw_content")
    print(definitions.resolve_sensor_def("raw_content").evaluate_tick(context).run_requests)
"""


@pytest.mark.parametrize("kind", ["fifo", "/dev/zero", "/dev/stdin"])
def test_what_is_not_a_file_is_neither_waited_for_nor_read_once_there_is_a_release(
    kind: str, built: Path, raw: Path, tmp_path: Path
) -> None:
    """Each command ends, in little memory, although its standard input stays open."""
    out = Path(shutil.copytree(built, tmp_path / "copy", symlinks=True))
    place = raw / "article" / "men.csv"
    place.unlink()
    if kind == "fifo":
        os.mkfifo(place)
    else:
        place.symlink_to(kind)
    folders = ["--raw", str(raw), "--out", str(out)]
    said = {}
    for command in (
        ["-m", "tidebook.pipelines.commands.app", "status", *folders],
        ["-m", "tidebook.pipelines.commands.app", "build", *folders],
    ):
        said[command[2]] = ended(*command)
    assert "article/men.csv: expected a file" in said["build"]
    assert "article/men.csv" in said["status"]
    assert "RunRequest" in ended("-c", SENSOR, str(raw), str(out))


def ended(*arguments: str) -> str:
    """Return what a process of Python says that has ended in time, with an open input and little memory."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
    ) as process:
        resource.prlimit(process.pid, resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))
        assert process.stdout is not None
        try:
            process.wait(60)
        finally:
            process.kill()
        return process.stdout.read()


# The UI.


def test_the_ui_listens_on_loopback(raw: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(
        "tidebook.pipelines.commands.ui.run_with_server",
        lambda server, command, child: server.server_close() or calls.append(command),
    )
    monkeypatch.setattr(os, "environ", os.environ.copy())
    assert tidebook("ui", "--raw", str(raw), "--out", str(out), "--port", "3111").exit_code == 0
    (command,) = calls
    assert " -m tidebook.pipelines.defs.guard dev " in " ".join(command)
    assert command[command.index("-h") + 1] == "127.0.0.1"
    assert command[command.index("-p") + 1] == "3111"
    assert "ui:" in (ROOT / "Makefile").read_text() and "$(BIN)/tidebook ui\n" in (ROOT / "Makefile").read_text()
    home = home_of(Settings(raw, out))
    assert "enabled: false" in (home / "dagster.yaml").read_text(), "nothing is reported to anyone"


@pytest.mark.skipif(not LONG, reason="starts Dagster's webserver")
def test_the_webserver_answers_no_page_of_another_site(tmp_path: Path) -> None:
    port, processes = free_port(), Processes(tmp_path)
    command = [sys.executable, "-m", "tidebook.pipelines.defs.guard", "--empty-workspace", "-p", str(port)]

    def status(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/graphql?query=%7Bversion%7D", headers=named)
        with closing(connection):
            return connection.getresponse().status

    processes.start("web", command, environment_of(tmp_path))
    try:
        processes.wait(lambda: listens(port))
        assert status() == status(Host=f"localhost:{port}") == 200
        assert status(Host=f"rebound.example:{port}") == 403
        assert status(Origin="https://elsewhere.example") == status(Sec_Fetch_Site="cross-site") == 403
    finally:
        processes.end_all()


# Nothing of the dossier runs.

BIN = Path(sys.executable).parent
TIDEBOOK = str(BIN / "tidebook")
FIGURE = "shops/north/sales"

EACH_COMMAND: dict[str, tuple[list[str], int]] = {
    "accept": ([FIGURE, "--why", "The editor knows"], 0),
    "build": (["--open"], 0),
    "build --dagster": ([], 0),
    "check": (["--fail-on", "none"], 0),
    "claims": ([], 0),
    "completion": (["bash"], 0),
    "diff": (["out", "out"], 0),
    "explain": ([FIGURE], 0),
    "export": (["--csv", "tables"], 0),
    "figures": ([], 0),
    "follow": ([], 2),  # the article has no text
    "match": ([], 2),  # the dossier has no evidence tables
    "ledger build": (["--ledger", "ledger"], 0),
    "ledger generate": (["made", "--rows", "10"], 0),
    "ledger show": ([], 0),
    "lock": ([], 0),
    "lsp": ([], 0),
    "mcp": (["."], 0),
    "new": (["article.md", "drafted"], 0),
    "open": ([], 0),
    "read": (["article.md"], 0),
    "reading apply": (["article.md", "-"], 2),  # nothing is read from standard input
    "reading request": (["article.md"], 0),
    "releases adopt": ([], 0),
    "releases list": ([], 0),
    "releases prune": (["--keep", "1"], 0),
    "releases repair": ([], 0),
    "releases show": ([], 0),
    "replay": (["--as-of", "2024-06-01"], 0),
    "review": (["HEAD"], 0),
    "schema": (["status"], 0),
    "sources add": (["git:.:people.csv"], 0),
    "sources fetch": (["genai_prices"], 0),
    "sources list": ([], 0),
    "sources review": ([], 2),  # the dossier has no list of names
    "sources status": ([], 0),
    "statistics": (["article.md"], 0),
    "status": ([], 0),
    "verify": ([], 0),
}
"""Arguments of each command in the dossier of the canaries, and the exit code that says that it did its work."""


@pytest.fixture(scope="module")
def canaries(tmp_path_factory: pytest.TempPathFactory) -> Canaries:
    """A dossier full of canaries, with a ledger, built once."""
    people = "country,year,people\nPRT,2019,10\n"
    parts = {"dossier.toml": PLUGINS, "reference/observations.csv": RENTS, "people.csv": people}
    found = Canaries(tmp_path_factory.mktemp("canaries"), parts=parts)
    dozen(found.folder / "ledger")
    done = found.run([TIDEBOOK, "build"])
    assert done.returncode == 0, done.stderr
    return found


def commands_below(name: str, command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield the names of a command and of those below it that have none below themselves."""
    if not isinstance(command, click.Group):
        yield name
        return
    for each in command.list_commands(context):
        below = command.get_command(context, each)
        assert below is not None
        yield from commands_below(f"{name} {each}".strip(), below, context)


def test_each_command_is_tried_on_canaries() -> None:
    known = {*commands_below("", app, click.Context(app))}
    assert {*EACH_COMMAND, "ui"} == {*known, "build --dagster"}


@pytest.mark.parametrize("name", EACH_COMMAND)
def test_no_command_runs_what_lies_in_the_dossier(name: str, canaries: Canaries) -> None:
    arguments, code = EACH_COMMAND[name]
    done = canaries.run([TIDEBOOK, *name.split(), *arguments])
    assert (done.returncode, canaries.sung()) == (code, []), done.stderr


@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_no_process_of_a_run_imports_what_lies_in_the_dossier(executor: str, canaries: Canaries) -> None:
    done = canaries.run([TIDEBOOK, "build", "--dagster", "--out", executor], TIDEBOOK_EXECUTOR=executor)
    assert (done.returncode, canaries.sung()) == (0, []), done.stderr


@pytest.mark.parametrize("arguments", [["build", "--dagster"], ["check"], ["review", "HEAD"]], ids=" ".join)
def test_python_m_tidebook_imports_nothing_of_the_dossier(arguments: list[str], tmp_path: Path) -> None:
    canaries = Canaries(tmp_path, with_m("tidebook"))
    done = canaries.run([sys.executable, "-m", "tidebook", *arguments])
    assert done.returncode in (0, 1), done.stderr
    assert canaries.sung() == []


@pytest.mark.parametrize("arguments", [["review", "HEAD"], ["open"]], ids=" ".join)
def test_a_child_process_starts_elsewhere_with_a_listed_environment(arguments: list[str], canaries: Canaries) -> None:
    canaries.log.unlink(missing_ok=True)
    assert canaries.run([TIDEBOOK, *arguments]).returncode == 0
    Processes(canaries.folder).wait(lambda: canaries.log.exists() and END in canaries.log.read_text())
    said = canaries.log.read_text()
    assert "TIDEBOOK_CACHE=" in said
    assert "CANARY_OF_SHELL" not in said and "GIT_DIR" not in said
    assert f"{canaries.folder}\n" not in said


@pytest.mark.parametrize("reader", ["python3 -m json.tool", "git --version"])
def test_a_reader_starts_elsewhere_too(reader: str, canaries: Canaries) -> None:
    """Neither replies as a reader does: what it was is told."""
    done = canaries.run([TIDEBOOK, "read", "article.md", "--reader", reader])
    assert (done.returncode, canaries.sung()) == (2, []), done.stderr


def test_the_hook_of_pre_commit_runs_nothing_of_the_repository(canaries: Canaries) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    command = [str(BIN / hook["entry"].split()[0]), *hook["entry"].split()[1:], "."]
    assert canaries.run(command).returncode in (0, 1)
    assert canaries.sung() == []


def action_steps() -> list[dict[str, Any]]:
    """Return the steps of the action for GitHub."""
    found: list[dict[str, Any]] = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    return found


@pytest.mark.parametrize("name", ["install", "check", "review", "badge"])
def test_the_action_runs_nothing_of_the_repository(name: str, canaries: Canaries) -> None:
    """The step that installs fails without an index, after Python has looked for pip."""
    (step,) = [step for step in action_steps() if step.get("name") == name]
    given = {"FOLDER": ".", "FAIL_ON": "none", "BASE": "HEAD", "FILES": "https://example.org", "BRANCH": "badges"}
    places = {"GITHUB_ACTION_PATH": str(ROOT), "RUNNER_TEMP": str(canaries.tools), "GITHUB_STEP_SUMMARY": "/dev/null"}
    own = {"PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]), "PIP_NO_INDEX": "1", "PIP_REQUIRE_VIRTUALENV": "1"}
    done = canaries.run(["bash", "-eo", "pipefail", "-c", step["run"]], **given, **places, **own)
    assert (name in ("install", "badge") or done.returncode == 0, canaries.sung()) == (True, []), done.stderr


def test_the_action_names_others_by_commit_and_dependencies_by_hash() -> None:
    uses = [step["uses"] for step in action_steps() if "uses" in step]
    assert uses and all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", each) for each in uses)
    runs = {step["name"]: step["run"] for step in action_steps() if "run" in step}
    assert "${{" not in "".join(runs.values())
    assert "--require-hashes" in runs["install"] and "--no-deps --no-build-isolation" in runs["install"]
    lock = (ROOT / "requirements-action.lock").read_text()
    for name in ("pandas", "dagster", "hatchling"):
        assert re.search(rf"^{name}==\S+ \\\n    --hash=sha256:", lock, re.MULTILINE), name


def test_folders_of_the_action_may_have_blanks_and_signs_in_their_names(tmp_path: Path) -> None:
    names = ["a b", "$(touch sung)", "--fail-on=none", "c"]
    for name in names:
        (tmp_path / name).mkdir()
    script = f'. {ROOT}/.ci/folders.sh; printf "%s\\n" "${{folders[@]}}"'

    def folders(given: str) -> list[str]:
        command = ["bash", "-eo", "pipefail", "-c", script]
        done = subprocess.run(command, cwd=tmp_path, env={"FOLDER": given}, check=True, capture_output=True, text=True)
        return done.stdout.splitlines()

    assert sorted(folders("*")) == sorted(names)
    assert folders("c  missing\n.") == ["c", "missing", "."]
    assert not (tmp_path / "sung").exists()


def descendants(pid: int) -> list[int]:
    """Return a process and those that it has started, and theirs, on Linux."""
    found = [pid]
    for task in Path("/proc", str(pid), "task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                found += descendants(int(child))
    return found


@contextmanager
def started(canaries: Canaries, name: str, command: list[str], port: int, **more: str) -> Iterator[set[str]]:
    """Start a server in the dossier, and yield where its processes are, and which canaries they have in mind."""
    processes = Processes(canaries.marks.parent)
    processes.start(name, command, canaries.environment(**more), canaries.folder)
    try:
        processes.wait(lambda: listens(port), 300)
        seen: set[str] = set()
        for pid in descendants(processes.started[name].pid)[1:]:
            with suppress(OSError):
                seen.add(os.readlink(f"/proc/{pid}/cwd"))
                facts = Path("/proc", str(pid), "environ").read_text().split("\0")
                seen |= {fact for fact in facts if "CANARY" in fact or "canary" in fact}
        yield seen
    finally:
        processes.end_all()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads what Linux says of processes")
@pytest.mark.parametrize(
    "modules", [None, {"sitecustomize"}, {"dagster", "canary_named"}], ids=["all", "env", "dagster"]
)
def test_the_ui_runs_nothing_of_the_dossier_in_which_it_starts(modules: set[str] | None, tmp_path: Path) -> None:
    canaries, port = Canaries(tmp_path, modules), free_port()
    with started(canaries, "ui", [TIDEBOOK, "ui", "--port", str(port)], port) as seen:
        # The run that the sensor asks for is a process of its own.
        waited = time.monotonic() + 90
        while not (canaries.folder / "out" / "latest").exists() and time.monotonic() < waited:
            time.sleep(0.5)
        assert (canaries.folder / "out" / "latest").exists()
    assert canaries.sung() == []
    assert all(Path(each).parent == Path(tempfile.gettempdir()) for each in seen), seen


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads what Linux says of processes")
@pytest.mark.parametrize("dev", [[], ["dev"]], ids=["webserver", "dev"])
def test_the_guard_runs_nothing_of_the_folder_in_which_it_starts(dev: list[str], tmp_path: Path) -> None:
    canaries, port = Canaries(tmp_path, with_m("tidebook")), free_port()
    (tmp_path / "workspace.yaml").write_text("load_from: []\n")
    command = [sys.executable, "-m", "tidebook.pipelines.defs.guard", *dev, "-w", "../workspace.yaml", "-p", str(port)]
    with started(canaries, "guard", command, port) as seen:
        pass
    assert canaries.sung() == []
    assert all(Path(each).parent == Path(tempfile.gettempdir()) for each in seen), seen
