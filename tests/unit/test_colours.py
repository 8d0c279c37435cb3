"""Colours of the report: outcomes stay apart for those who see fewer colours, and every text has contrast.

How dichromats see a colour is simulated as by Machado, Oliveira and Fernandes, "A Physiologically-based Model for
Simulation of Color Vision Deficiency", IEEE Transactions on Visualization and Computer Graphics 15 (6), 2009, with
their matrices of severity 1 for linear sRGB. Distances are CIEDE2000, by Sharma, Wu and Dalal, "The CIEDE2000
Color-Difference Formula", Color Research & Application 30 (1), 2005. Contrast is that of WCAG 2.2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt

import pytest

from tidebook.pipelines.report.pictures import SHAPES
from tidebook.pipelines.report.render import TEMPLATES
from tidebook.pipelines.report.words import OUTCOMES
from tidebook.schemas.vocabulary import FAULTED

Colour = tuple[float, float, float]
Matrix = tuple[Colour, Colour, Colour]

LEAST_APART, LEAST_CONTRAST = 15.0, 4.5
SIGHT: dict[str, Matrix] = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900),
    ),
}  # fmt: skip
TO_XYZ: Matrix = (
    (0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041),
)  # fmt: skip
TONES = tuple(dict.fromkeys(mark.tone for mark in OUTCOMES.values()))
OLD = {"good": "#14578e", "bad": "#a5301a", "late": "#8a4600", "open": "#6b5a00", "mute": "#5f5a51"}
"""Colours of an earlier version: to someone without the second cone, wrong and outdated were one colour."""


def times(matrix: Matrix, colour: Colour) -> Colour:
    first, second, third = (sum(x * y for x, y in zip(row, colour, strict=True)) for row in matrix)
    return first, second, third


def linear(text: str) -> Colour:
    """Return the linear sRGB of a colour such as `#14578e`."""
    parts = [int(text[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def lab(colour: Colour) -> Colour:
    """Return the CIELAB, for white D65, of a colour in linear sRGB."""
    white = times(TO_XYZ, (1, 1, 1))
    shares = [part / whole for part, whole in zip(times(TO_XYZ, colour), white, strict=True)]
    x, y, z = (share ** (1 / 3) if share > 216 / 24389 else (24389 / 27 * share + 16) / 116 for share in shares)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen(text: str, sight: str) -> Colour:
    """Return the CIELAB of a colour as it is seen."""
    red, green, blue = (min(1.0, max(0.0, part)) for part in times(SIGHT[sight], linear(text)))
    return lab((red, green, blue))


def distance(one: Colour, other: Colour) -> float:
    """Return the CIEDE2000 distance of two colours in CIELAB, in the notation of Sharma, Wu and Dalal."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean_c = (hypot(a1, b1) + hypot(a2, b2)) / 2
    stretch = 1 + 0.5 * (1 - sqrt(mean_c**7 / (mean_c**7 + 25**7)))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = hypot(a1, b1), hypot(a2, b2)
    h1, h2 = degrees(atan2(b1, a1)) % 360, degrees(atan2(b2, a2)) % 360
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    light, chroma, hue = l2 - l1, c2 - c1, 2 * sqrt(c1 * c2) * sin(radians(turn / 2))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    mean_h = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    waves = (
        1
        - 0.17 * cos(radians(mean_h - 30))
        + 0.24 * cos(radians(2 * mean_h))
        + 0.32 * cos(radians(3 * mean_h + 6))
        - 0.20 * cos(radians(4 * mean_h - 63))
    )
    light /= 1 + 0.015 * (mean_l - 50) ** 2 / sqrt(20 + (mean_l - 50) ** 2)
    chroma /= 1 + 0.045 * mean_c
    hue /= 1 + 0.015 * mean_c * waves
    rotation = -2 * sqrt(mean_c**7 / (mean_c**7 + 25**7)) * sin(radians(60 * exp(-(((mean_h - 275) / 25) ** 2))))
    return sqrt(light**2 + chroma**2 + hue**2 + rotation * chroma * hue)


def too_close(colours: Mapping[str, str]) -> list[tuple[str, str, str, float]]:
    """Return the pairs of colours that someone sees less than `LEAST_APART` apart: sight, both, distance."""
    pairs = []
    for sight in SIGHT:
        for one, other in combinations(colours, 2):
            apart = distance(seen(colours[one], sight), seen(colours[other], sight))
            if apart < LEAST_APART:
                pairs.append((sight, one, other, round(apart, 1)))
    return pairs


def contrast(one: str, other: str) -> float:
    low, high = sorted(times(TO_XYZ, linear(colour))[1] for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(scope="module")
def themes() -> dict[str, dict[str, str]]:
    """The colours of the report by theme and name."""
    style = (TEMPLATES / "style.css").read_text("utf-8")
    blocks = [
        dict(re.findall(r"--(\w+): (#\w+);", block)) for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]
    spelled = [
        {name: colour if len(colour) > 4 else re.sub(r"(\w)", r"\1\1", colour) for name, colour in block.items()}
        for block in blocks
    ]
    light, dark, printed = spelled
    return {"light": light, "dark": dark, "print": printed}


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_outcomes_differ_in_colour_for_everyone(themes: dict[str, dict[str, str]], theme: str) -> None:
    assert too_close({tone: themes[theme][tone] for tone in TONES}) == []


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_every_text_has_contrast(themes: dict[str, dict[str, str]], theme: str) -> None:
    colours = themes[theme]
    for name in ("ink", "muted", "mark", *TONES):
        for ground in ("paper", "panel"):
            assert contrast(colours[name], colours[ground]) >= LEAST_CONTRAST, (name, ground)


def test_colours_that_only_some_can_tell_apart_are_found() -> None:
    assert ("deuteranopia", "bad", "late", 2.3) in too_close(OLD)
    assert contrast("#777777", "#ffffff") < LEAST_CONTRAST < contrast("#767676", "#ffffff")


def test_marks_of_the_chart_differ_in_colour_and_shape() -> None:
    assert {*FAULTED, "right"} <= set(SHAPES)
    assert len(set(SHAPES.values())) == len(SHAPES)
    tones = {OUTCOMES[outcome].tone for outcome in SHAPES if outcome != "contradicts itself"}
    assert len(tones) == len(SHAPES) - 1, "the one that contradicts itself has no better value: it has no place there"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # Of the test data of Sharma, Wu and Dalal.
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_distances_are_those_of_the_authors(one: Colour, other: Colour, expected: float) -> None:
    assert distance(one, other) == pytest.approx(expected, abs=5e-5)
    assert distance(other, one) == pytest.approx(expected, abs=5e-5)


def test_greys_look_alike_to_everyone() -> None:
    # Each row of a matrix adds up to 1: whoever lacks a cone sees greys as all others do.
    for sight in SIGHT:
        assert seen("#808080", sight) == pytest.approx(lab(linear("#808080")), abs=0.01)
