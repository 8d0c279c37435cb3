"""A dossier as a component of Dagster, so that a code location holds as many as it likes, each in a `defs.yaml`.

What a dossier's assets, job and sensor are is in `job`.
"""

import re
from pathlib import Path

import dagster as dg

from tidebook.pipelines.defs.job import build_defs
from tidebook.pipelines.read.settings import Settings


class DossierComponent(dg.Component, dg.Model, dg.Resolvable):
    """A dossier in the folder `raw`, whose results go to `out`; both are relative to the folder of `defs.yaml`.

    Its assets stand below `prefix`, or else the name of the folder of `defs.yaml`, which is another for each and stays
    when a dossier cannot be read; so do the names of its job, sensor and schedule. Signs that names of Dagster's cannot
    have become `_`.
    """

    raw: str
    out: str
    prefix: str = ""

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Return the definitions of the dossier; those of one that cannot be read say why."""
        folder = Path(context.path)
        prefix = re.sub(r"\W+", "_", self.prefix or folder.name, flags=re.ASCII)
        return build_defs(Settings(folder / self.raw, folder / self.out, prefix=prefix))
