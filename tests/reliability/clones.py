"""A dossier in a clone of git whose configuration names programs: whatever is asked of it, none of them runs.

Belongs here: seeded hostile clones, and the program that leaves a trace. Does not: the commands that read them
(`hostile`).
"""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

SETTINGS = (
    "filter.evil.smudge", "filter.evil.clean", "filter.evil.process", "diff.external", "diff.evil.textconv",
    "diff.evil.command", "merge.evil.driver", "core.fsmonitor", "core.pager", "pager.log", "core.editor",
    "core.sshCommand", "core.gitProxy", "core.askPass", "credential.helper", "gpg.program", "gpg.ssh.program",
    "uploadpack.packObjectsHook", "core.alternateRefsCommand", "sequence.editor", "interactive.diffFilter",
    "tar.tar.command", "tar.tgz.command",
)  # fmt: skip
OTHERS = {"log.showSignature": "true", "core.hooksPath": "..", "filter.evil.required": "true"}
REVISIONS = ("HEAD", "HEAD", "HEAD~0", "evil", "refs/heads/evil", "@{0}", ":/Add", "HEAD^{tree}", "--help", "nowhere")


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def make_hostile(raw: Path, trace: Path, chance: random.Random) -> str:
    """Make a dossier a clone that names a program in some settings, and return what was done.

    The program leaves a trace.
    """
    program = trace.with_name("program")
    program.write_text(f"#!/bin/sh\necho ran > '{trace}'\ncat\n")
    program.chmod(0o755)
    git(raw, "init", "--quiet")
    (raw / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n" if chance.random() < 0.7 else "")
    git(raw, "add", "--all")
    git(raw, "commit", "--quiet", "--message", "Add")
    git(raw, "branch", "evil")
    chosen = chance.sample(SETTINGS, chance.choice((1, 3, len(SETTINGS))))
    for name in chosen:
        git(raw, "config", name, str(program))
    for name, value in OTHERS.items():
        if chance.random() < 0.5:
            git(raw, "config", name, value)
    kind = chance.choice(("whole", "whole", "bare", "partial", "hooks"))
    if kind == "bare":
        git(raw, "clone", "--quiet", "--bare", ".", "bare")
        for each in (raw / "bare").iterdir():
            each.rename(raw / each.name)
        (raw / ".git").rename(raw.with_name("gone"))
    elif kind == "partial":
        git(raw, "config", "extensions.partialClone", "origin")
        git(raw, "config", "remote.origin.url", f"ext::{program}")
        git(raw, "config", "protocol.ext.allow", "always")
        objects = sorted(path for path in (raw / ".git" / "objects").rglob("*") if path.is_file())
        chance.choice(objects).unlink()
    elif kind == "hooks":
        for name in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
            (raw / ".git" / "hooks" / name).write_text(program.read_text())
            (raw / ".git" / "hooks" / name).chmod(0o755)
    return f"clone: {kind} with {', '.join(chosen)}"[:80]
