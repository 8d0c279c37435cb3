"""What every command has: `-h`, `-q`, `-v`, and help in sections with examples.

Belongs here: these options, the sections of the list of commands, and an example for each command. Does not: what a
command does. A command gets its options and example when it is looked up, so that those of plugins have them too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from tidebook.pipelines.commands.terminal import QUIET, print_details

SECTIONS = {
    "Read a text": ("read", "reading", "new", "follow"),
    "Check": ("check", "accept", "review"),
    "Build": ("build", "status", "lock"),
    "Look": ("open", "claims", "figures", "explain", "diff", "replay"),
    "Evidence": ("sources", "match"),
    "Releases": ("releases", "verify", "export"),
    "Watch": ("ui", "lsp", "mcp"),
    "Help": ("schema", "completion"),
}
"""Commands by what a user wants to do; help shows the example of the first command of each section."""

OTHERS = "Plugins"
"""Section of the commands that plugins bring."""

EXAMPLES = {
    "read": ("tidebook read draft.md", "tidebook read --fail-on certain - < draft.md"),
    "reading": ("tidebook reading request draft.md",),
    "reading request": ("tidebook reading request draft.md > request.txt",),
    "reading apply": ("tidebook reading apply draft.md reply.jsonl",),
    "new": ("tidebook new draft.md my-article",),
    "follow": ("tidebook follow --in my-article",),
    "check": ("tidebook check my-article", "tidebook check draft.md --format github"),
    "accept": ('tidebook accept total_sales --why "the article rounds it" --in my-article',),
    "review": ("tidebook review main --in my-article",),
    "build": ("tidebook build my-article --open", "tidebook build --fail-on wrong,outdated"),
    "status": ("tidebook status --json",),
    "lock": ("tidebook lock my-article",),
    "open": ("tidebook open",),
    "claims": ("tidebook claims --outcome wrong,outdated",),
    "figures": ("tidebook figures --outcome wrong",),
    "explain": ("tidebook explain total_sales",),
    "diff": ("tidebook diff --fail-on new:wrong",),
    "replay": ("tidebook replay --as-of 2025-06-30 my-article",),
    "sources": ("tidebook sources add https://data.example/co2.csv",),
    "sources list": ("tidebook sources list",),
    "sources fetch": ("tidebook sources fetch",),
    "sources add": ("tidebook sources add https://data.example/co2.csv --in my-article",),
    "match": ("tidebook match --in my-article", "tidebook match north_sales --write"),
    "sources status": ("tidebook sources status",),
    "releases": ("tidebook releases list",),
    "releases list": ("tidebook releases list --json",),
    "releases show": ("tidebook releases show",),
    "releases adopt": ("tidebook releases adopt",),
    "releases prune": ("tidebook releases prune --keep 5",),
    "releases repair": ("tidebook releases repair",),
    "verify": ("tidebook verify",),
    "export": ("tidebook export --csv tables --duckdb tables.duckdb",),
    "ui": ("tidebook ui --port 3100",),
    "lsp": ("tidebook lsp",),
    "mcp": ("tidebook mcp my-article",),
    "schema": ("tidebook schema status",),
    "completion": ("tidebook completion fish > ~/.config/fish/completions/tidebook.fish",),
}
"""Examples by command. A command that a plugin brings has its own as `epilog`."""

LONGEST = 1000
"""Maximum characters of a command's summary in a list of commands: enough for all of its first sentence."""


def _be_quiet(ctx: click.Context, _: click.Parameter, chosen: bool) -> None:
    if chosen:
        ctx.meta[QUIET] = True


def _be_verbose(ctx: click.Context, _: click.Parameter, chosen: bool) -> None:
    if chosen:
        print_details(ctx)


def _common_options() -> Iterator[click.Option]:
    """Yield the options that every command has; they say how much it prints and are not arguments of its function."""
    yield click.Option(
        ["-q", "--quiet"],
        is_flag=True,
        expose_value=False,
        callback=_be_quiet,
        help="Print only errors, requested lists, and the findings that decide the exit code.",
    )
    yield click.Option(
        ["-v", "--verbose"],
        is_flag=True,
        expose_value=False,
        callback=_be_verbose,
        help="Also print on stderr what is read and computed, and why.",
    )


def equipped(path: str, command: click.Command) -> click.Command:
    """Add the common options and its example to a command; `path` is its name behind that of its group."""
    own = {name for parameter in command.params for name in parameter.opts}
    for option in _common_options():
        if own.isdisjoint(option.opts):
            command.params.append(option)
    examples = EXAMPLES.get(path)
    if examples and not command.epilog:
        command.epilog = example_text(examples)
    return command


def example_text(examples: Iterable[str]) -> str:
    """Return the end of a command's help: its examples, one a line, which click does not wrap."""
    return "\n".join(("\b", "Example:", *(f"  {example}" for example in examples)))


class Group(click.Group):
    """A group of commands, listed in the order of declaration with their full summaries."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of declaration."""
        return list(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command with the options that every command has."""
        found = self.find_command(ctx, cmd_name)
        return equipped(f"{self._path}{cmd_name}", found) if found else None

    def find_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command as it was declared."""
        return super().get_command(ctx, cmd_name)

    @property
    def _path(self) -> str:
        return f"{self.name} "

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, without cutting summaries to a line as click does."""
        with formatter.section("Commands"):
            formatter.write_dl(self.summaries(ctx, self.list_commands(ctx)))

    def summaries(self, ctx: click.Context, names: Iterable[str]) -> list[tuple[str, str]]:
        """Return commands with their summaries."""
        summaries = []
        for name in names:
            command = self.get_command(ctx, name)
            if command:
                summaries.append((name, command.get_short_help_str(LONGEST)))
        return summaries


class Sections(Group):
    """All commands, listed by what a user wants to do."""

    @property
    def _path(self) -> str:
        return ""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section for each thing that a user wants to do, with an example."""
        for title, names in self._sections(ctx).items():
            if names:
                with formatter.section(title):
                    formatter.write_dl(self.summaries(ctx, names))
                    for example in EXAMPLES.get(names[0], ())[:1]:
                        formatter.write_text(f"Example: {example}")

    def _sections(self, ctx: click.Context) -> dict[str, list[str]]:
        """Return the existing commands by section; those in no section come last."""
        listed = self.list_commands(ctx)
        sections: dict[str, list[str]] = {}
        others = dict.fromkeys(listed)
        for title, names in SECTIONS.items():
            sections[title] = [name for name in names if name in listed]
            for name in names:
                others.pop(name, None)
        return {**sections, OTHERS: list(others)}
