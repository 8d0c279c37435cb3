"""The units that tables of packs have, as a dossier declares its own; `schemas.units` makes them.

Belongs here: what a pack measures. Does not: units of an article, or of any other table of the engine.
"""

from collections.abc import Mapping
from typing import Any

PACK_UNITS: Mapping[str, Mapping[str, Any]] = {
    "FLOP": {"meaning": "floating-point operations", "words": ("FLOP", "FLOPs"), "counts": False},
    "GPU": {"meaning": "graphics processors", "words": ("GPUs", "GPU", "gpus", "gpu")},
    "token": {"meaning": "tokens of text", "words": ("tokens", "token"), "binary": True},
    "Mtok": {"meaning": "million tokens", "words": ("1M tokens", "million tokens"), "counts": False, "of": "1e6 token"},
}
"""A dossier that names one of them has it, unless it declares its own."""
