"""A progress bar for what takes long, on stderr: only on a terminal, never with `--quiet` or in continuous integration.

Belongs here: showing how far work is. Does not: the work. Importing it is slow, since runs need pandas: a command
imports it when it runs steps.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tidebook.pipelines.commands.terminal import console, is_quiet
from tidebook.pipelines.graph.run import RunObserver

if TYPE_CHECKING:
    from rich.progress import Progress


def shows_bars() -> bool:
    """Whether to show a bar: stderr is a terminal, outside of continuous integration."""
    is_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    return bool(sys.stderr and sys.stderr.isatty()) and not is_ci and not is_quiet()


class Bar:
    """A bar over work whose amount becomes known on the way; without one on screen it only counts.

    It never goes back: work that is added has to share what the bar has left.
    """

    def __init__(self, shown: Progress | None) -> None:
        self.total = 0
        self.done = 0
        self.share = 0.0
        """How much of the bar is filled, from 0 to 1."""
        self._shown = shown
        self._task = shown.add_task("starting", total=1.0, count="") if shown else None

    def add(self, amount: int) -> None:
        """Add work that is still to be done."""
        self.total += amount
        self._draw()

    def show(self, what: str, done: int = 0) -> None:
        """Show the current work, after an amount of work was done."""
        left = self.total - self.done
        if left > 0:
            self.share += (1 - self.share) * min(done / left, 1)
        self.done += done
        self._draw(what)

    def _draw(self, what: str | None = None) -> None:
        if self._shown and self._task is not None:
            count = f"{self.done}/{self.total}"
            self._shown.update(self._task, completed=self.share, description=what, count=count, refresh=True)


@contextmanager
def progress_bar() -> Iterator[Bar]:
    """Yield a bar, which disappears at the end."""
    if not shows_bars():
        yield Bar(None)
        return
    from rich.progress import BarColumn, Progress, TextColumn

    # Redrawn on each step: a thread that refreshes it would take processor time from the work.
    columns = (TextColumn("{task.fields[count]}"), BarColumn(bar_width=20), TextColumn("{task.description}"))
    with Progress(*columns, console=console(err=True), transient=True, auto_refresh=False) as shown:
        yield Bar(shown)


class ProgressObserver(RunObserver):
    """Moves a bar while steps run, and remembers which were computed."""

    def __init__(self, bar: Bar) -> None:
        super().__init__()
        self.rebuilt: list[str] = []
        self.bar = bar

    def run_started(self, steps: int) -> None:
        """Add the steps of a run to the bar."""
        self.bar.add(steps)

    def step_started(self, step: str) -> None:
        """Name the step."""
        self.bar.show(step)

    def step_finished(self, step: str, reused: bool) -> None:
        """Move the bar, and remember a step that was computed."""
        self.bar.show(step, 1)
        if not reused:
            self.rebuilt.append(step)


@contextmanager
def progress_of_run() -> Iterator[ProgressObserver]:
    """Yield an observer that shows a bar over the steps of all runs in this block."""
    with progress_bar() as bar:
        yield ProgressObserver(bar)
