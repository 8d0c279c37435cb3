"""What an installation weighs, package by package: `python -m benchmarks.installed`, which needs the package index.

The wheel is built, and installed into new environments: alone, and with the extras of a checkout. Sizes are those of
the files that packages list, without bytecode.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path

from tests.conftest import ROOT

UV = str(Path(sys.executable).with_name("uv"))
EXTRAS = "live,ui"
SHOWN = 1.0
"""Megabytes from which a package has a row of its own."""


def sizes(packages: Path) -> dict[str, float]:
    """Return megabytes by package in a folder of packages."""
    found = {}
    for each in distributions(path=[str(packages)]):
        paths = [Path(str(each.locate_file(file))) for file in each.files or ()]
        found[each.metadata["Name"].lower()] = sum(path.stat().st_size for path in paths if path.is_file()) / 1e6
    return found


def installed(folder: Path, wheel: str) -> dict[str, float]:
    """Install a wheel into a new environment, and return megabytes by package."""
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    python = str(folder / "bin" / "python")
    subprocess.run([UV, "pip", "install", "--quiet", "--python", python, wheel], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    return sizes(packages)


def main() -> None:
    """Print the packages of an installation without extras, and what the extras of a checkout add."""
    with tempfile.TemporaryDirectory(prefix="tidebook-installed-") as folder:
        place = Path(folder)
        subprocess.run([UV, "build", "--quiet", "--wheel", "--out-dir", folder, str(ROOT)], check=True)
        (wheel,) = place.glob("*.whl")
        alone = installed(place / "alone", str(wheel))
        checkout = installed(place / "checkout", f"tidebook[{EXTRAS}] @ {wheel.as_uri()}")
    total, whole = sum(alone.values()), sum(checkout.values())
    lines = ["| package | MB | |", "|---|---:|---|"]
    for name, size in sorted(checkout.items(), key=lambda item: -item[1]):
        if size >= SHOWN:
            lines.append(f"| {name} | {size:.1f} | {'' if name in alone else f'with [{EXTRAS}] only'} |")
    lines.append(f"| alone, {len(alone)} packages | {total:.0f} | {total / whole:.0%} of the next |")
    lines.append(f"| with [{EXTRAS}], {len(checkout)} packages | {whole:.0f} | |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
