"""The command `completion`: the script with which a shell completes commands and options.

Belongs here: printing the script that click has for a shell. Does not: what is proposed, which follows from the
commands.
"""

from __future__ import annotations

import click

from tidebook.pipelines.commands.terminal import print_text

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands and options in a shell.

    bash: add `eval "$(tidebook completion bash)"` to ~/.bashrc. zsh: the same with zsh, in ~/.zshrc. fish: write the
    script to ~/.config/fish/completions/tidebook.fish.
    """
    from click.shell_completion import ShellComplete, get_completion_class

    script = get_completion_class(shell)
    assert script
    # Of the base class: that for bash starts bash, to ask for its version.
    print_text(ShellComplete.source(script(ctx.find_root().command, {}, "tidebook", "_TIDEBOOK_COMPLETE")))
