"""A dossier as a component of Dagster, so that a code location holds as many as it likes, each in a `defs.yaml`.

What a dossier's assets, job and sensor are is in `pipelines.definitions`.
"""

from pathlib import Path

import dagster as dg

from pipelines.definitions import build_defs, readable_dossier
from pipelines.settings import Settings


class DossierComponent(dg.Component, dg.Model, dg.Resolvable):
    """A dossier in the folder `raw`, whose results go to `out`; both are relative to the folder of `defs.yaml`.

    Its assets stand below `prefix`, its id where none is given; so do the names of its job, sensor and schedule.
    """

    raw: str
    out: str
    prefix: str = ""

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Return the definitions of the dossier; those of one that cannot be read say why."""
        raw, out = (Path(context.path, place) for place in (self.raw, self.out))
        dossier = readable_dossier(raw)
        name = dossier.article.slug if dossier else raw.resolve().name
        return build_defs(Settings(raw, out, prefix=self.prefix or name))
