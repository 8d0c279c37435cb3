"""A picture of which rooms of a code base use which: `python -m benchmarks.rooms OUT.svg NAME=PATH[,PATH] ...`.

A room is a folder of modules below one of the paths, or what stands in the path itself. The rooms of each code base are
a list in which each stands below those that it imports; what has to point down again, since rooms import each other in
a circle, is drawn in another colour.

Belongs here: the picture. Does not: finding imports (`readability`), or keeping their order (import-linter).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from benchmarks.readability import Imports, cycles_of, imports_of, read_modules

Uses = Counter[tuple[str, str]]
"""How many modules of a room import another room, by the two."""

ROW, WIDTH, NAME, MARGIN = 26, 560, 130, 70
"""Pixels: height of a room, width of a panel and of a name, and space above the first room."""

STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1f2933}.title{font-weight:600;font-size:15px}.note{fill:#52606d}"
    "path{fill:none;stroke:#3e6ea8;stroke-opacity:.45}path.back{stroke:#c0392b;stroke-opacity:.8}"
    "rect{fill:#eef2f7;stroke:#cbd2d9}"
)


def uses_of(imports: Imports, rooms: Mapping[str, str]) -> Uses:
    """Count the modules of each room that import each other room; `rooms` has the room of each module."""
    pairs: set[tuple[str, str]] = set()
    for module, targets in imports.items():
        pairs.update((module, rooms[target]) for target in targets)
    return Counter((rooms[module], other) for module, other in pairs if rooms[module] != other)


def room_of(module: str, folders: Sequence[Path]) -> str:
    """Return the room of a module: the package below one of the paths, or the path's own name; an entry point alone."""
    first, *below = module.split(".")
    if below and below[-1] == "__main__":
        return below[-1]
    if below and any(folder.name == first and (folder / below[0] / "__init__.py").is_file() for folder in folders):
        return below[0]
    return first


def order_of(uses: Uses) -> list[str]:
    """Return the rooms so that each stands behind those that it imports, as far as circles allow."""
    names = sorted({name for pair in uses for name in pair})
    direct = {name: {other for one, other in uses if one == name} for name in names}
    circles = cycles_of(direct)
    waiting, order = list(names), list[str]()
    while waiting:
        # Of a circle the room comes first that is used most and uses least.
        free = [name for name in waiting if direct[name] <= {*order, *circles[name]}]
        chosen = min(free, key=lambda name: (len(direct[name] - {*order}), -sum(uses[one, name] for one in waiting)))
        order.append(chosen)
        waiting.remove(chosen)
    return order


def panel(title: str, uses: Uses, left: int) -> list[str]:
    """Draw one code base: its rooms as a list, with an arc for each that uses another."""
    order = order_of(uses)
    places = {name: MARGIN + ROW * number for number, name in enumerate(order)}
    back = {pair: count for pair, count in uses.items() if places[pair[0]] < places[pair[1]]}
    middle = left + WIDTH // 2
    note = f"{len(order)} rooms, {len(uses)} uses, {len(back)} of them back down"
    shapes = [
        f'<text class="title" x="{left + 20}" y="24">{escape(title)}</text>',
        f'<text class="note" x="{left + 20}" y="44">{note}</text>',
    ]
    for pair, count in sorted(uses.items()):
        start, end = (places[name] for name in pair)
        side, kind = (-1, ' class="back"') if pair in back else (1, "")
        edge = middle + side * NAME / 2
        reach = edge + side * (12 + 8 * abs(start - end) / ROW)
        width = 1 + min(count, 20) / 5
        words = f"<title>{escape(pair[0])} uses {escape(pair[1])} in {count} modules</title>"
        curve = f"M{edge:g} {start} C{reach:g} {start} {reach:g} {end} {edge:g} {end}"
        shapes.append(f'<path{kind} d="{curve}" stroke-width="{width:g}">{words}</path>')
    for name, y in places.items():
        shapes.append(f'<rect x="{middle - NAME / 2:g}" y="{y - 10}" width="{NAME}" height="20" rx="4"/>')
        shapes.append(f'<text x="{middle}" y="{y + 4}" text-anchor="middle">{escape(name)}</text>')
    return shapes


def picture(bases: Mapping[str, Sequence[Path]]) -> str:
    """Return the SVG of code bases beside each other, given their folders by name."""
    shapes, tallest = list[str](), 0
    for number, (title, folders) in enumerate(bases.items()):
        modules = read_modules(folders)
        imports = imports_of(modules)
        rooms = {module.name: room_of(module.name, folders) for module in modules}
        uses = uses_of(imports, rooms)
        shapes += panel(title, uses, number * WIDTH)
        tallest = max(tallest, len(order_of(uses)))
    width, height = WIDTH * len(bases), MARGIN + ROW * tallest
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"><style>{STYLE}</style>'
    return "\n".join(
        [head, f'<rect width="{width}" height="{height}" style="fill:#fff;stroke:none"/>', *shapes, "</svg>"]
    )


def main(arguments: Sequence[str]) -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rooms", description="Draw which rooms use which.")
    parser.add_argument("out", type=Path, metavar="OUT.svg", help="the picture")
    parser.add_argument("bases", nargs="+", type=_base, metavar="NAME=PATH[,PATH]", help="a code base by its folders")
    chosen = parser.parse_args(arguments)
    chosen.out.write_text(picture(dict(chosen.bases)) + "\n", encoding="utf-8")


def _base(text: str) -> tuple[str, list[Path]]:
    """Return a code base as the command line names it. Raises ArgumentTypeError if a path is no folder."""
    name, _, paths = text.partition("=")
    folders = [Path(path).resolve() for path in paths.split(",") if path]
    if not folders or not all(folder.is_dir() for folder in folders):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a name and folders, such as Now=pipelines,schemas")
    return name, folders


if __name__ == "__main__":
    main(sys.argv[1:])
