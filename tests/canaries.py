"""A dossier full of canaries: files that leave a mark when somebody's program runs, imports or obeys them.

Belongs here: laying them, and what has sung. Does not: the commands that are tried on it (`integration.test_security`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.conftest import SMALL

OWN = ("tidebook", "pipelines", "schemas", "plugins", "sitecustomize", "usercustomize", "canary_named")
PROGRAMS = ("git", "xdg-open", "python", "python3", "sh", "bash", "pip", "java", "spark-submit")
END = "what a program recorded ends here"
DAGSTER_YAML = """\
run_launcher: {{module: canary_named, class: Launcher}}
python_logs:
  dagster_handler_config:
    handlers:
      canary: {{class: subprocess.Popen, args: [touch, "{mark}"]}}
"""
PYPROJECT = '[tool.dagster]\nmodule_name = "canary_named"\n[tool.dg]\ndirectory_type = "project"\n'
WORKSPACE = "load_from:\n  - python_file: canary_named.py\n"
ARTICLE = "# Three shops\n\nThe northern shop has sales of $30M.\n"


def module_names() -> set[str]:
    """Return the names of all modules that a process may import: Python's, those installed, and our own."""
    names = {*sys.stdlib_module_names, *packages_distributions(), *OWN} - {*sys.builtin_module_names}
    return {name for name in names if name.isidentifier() and not name.startswith("__")}


def with_m(module: str) -> set[str]:
    """Return names of canaries for `python -m MODULE`, without what Python imports before it finds the module."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "probe.py").write_text("import sys; print(*sys.modules)")
        command = [sys.executable, "-m", "probe"]
        said = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    return module_names() - {module, *(name.partition(".")[0] for name in said.split())}


class Canaries:
    """A dossier with a commit of git, a text, and a canary for whatever could be run.

    Attributes:
        folder: the dossier.
        marks: the folder of the marks.
        tools: a folder for the search path, in which `git` and `xdg-open` record where they start, and with what.

    Its files have `parts` more, by path.
    """

    def __init__(self, place: Path, modules: set[str] | None = None, parts: Mapping[str, str] | None = None) -> None:
        self.folder, self.marks, self.tools = place / "article", place / "marks", place / "tools"
        shutil.copytree(SMALL, self.folder)
        (self.folder / "article.md").write_text(ARTICLE)
        for name, text in (parts or {}).items():
            with (self.folder / name).open("a") as file:
                file.write(text)
        for folder in (self.marks, self.tools):
            folder.mkdir()
        self._commit()
        for name in module_names() if modules is None else modules:
            (self.folder / f"{name}.py").write_text(self._singing(f"{name}.py"))
        (self.folder / "canary.pth").write_text(f"import sys; {self._singing('canary.pth')}")
        self._distribution()
        (self.folder / ".env").write_text(
            f"PYTHONPATH={self.folder}\nCANARY=sings\nTIDEBOOK_WEBHOOK=http://127.0.0.1:9/canary\n"
        )
        (self.folder / "pyproject.toml").write_text(PYPROJECT)
        (self.folder / "workspace.yaml").write_text(WORKSPACE)
        for home in (self.folder, self.folder / "out" / "dagster"):
            home.mkdir(parents=True, exist_ok=True)
            (home / "dagster.yaml").write_text(DAGSTER_YAML.format(mark=self.marks / "dagster.yaml"))
        for name in PROGRAMS:
            self._script(self.folder / name, f'touch "{self.marks}/{name}"')
        for name in ("git", "xdg-open"):
            real = shutil.which(name)
            self._script(self.tools / name, f'(pwd; env; echo "{END}") >> "{self.log}"; {real or ":"} "$@"')

    def _distribution(self) -> None:
        """Lay the description of an installed package, whose entry points would be plugins and commands."""
        folder = self.folder / "canary_named-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: canary_named\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text("[tidebook.plugins]\nshops = canary_named\nlive = canary_named\n")

    @property
    def log(self) -> Path:
        """What the programs on the user's search path have recorded: their folders and environments, each up to END."""
        return self.tools / "log"

    def _singing(self, name: str) -> str:
        # `open` is built in: a canary imports nothing, since what it imported would be a canary too.
        return f"open({str(self.marks / name)!r}, 'w').close()\n"

    def _script(self, path: Path, line: str) -> None:
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)

    def _commit(self) -> None:
        for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "An article"]):
            named = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
            subprocess.run(["git", *named, *words], cwd=self.folder, check=True, capture_output=True)

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a user in the dossier, whose search paths begin with an empty entry."""
        own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        # Python reads no canary through this entry before it runs us: only what is imported later could be one.
        path = os.pathsep.join(["", str(self.tools), str(Path(sys.executable).parent), os.environ["PATH"]])
        return own | {"PATH": path, "GIT_DIR": "elsewhere", "CANARY_OF_SHELL": "sings"} | more

    def run(self, command: list[str], **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the dossier, with nothing to read."""
        for mark in self.marks.iterdir():
            mark.unlink()
        return subprocess.run(
            command, cwd=self.folder, env=self.environment(**more), stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False, timeout=120,
        )  # fmt: skip

    def sung(self) -> list[str]:
        """Return the canaries that something has run, imported or obeyed."""
        return sorted(path.name for path in self.marks.iterdir())
