"""Tell which pairs of a file agree: `python -m tests.corpus [FILE]`. The exit code is 1 if any disagrees."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.corpus import PAIRS, counts, pairs_of, results_of

results = results_of(pairs_of(Path(sys.argv[1]) if len(sys.argv) > 1 else PAIRS))
for result in results:
    pair = result.pair
    if result.is_refused or not result.agrees:
        state = "refused" if result.is_refused else "disagree"
        words = f"{pair.printed!r} in {pair.unit}, truth {pair.truth}"
        sys.stdout.write(f"{state}: {pair.id}: {words}: {pair.verdict} expected, {result.verdict}: {result.detail}\n")
told = counts(results)
sys.stdout.write(", ".join(f"{count} {name}" for name, count in told.items()) + f" of {len(results)}\n")
sys.exit(1 if told["disagree"] else 0)
