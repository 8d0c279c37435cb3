"""A dossier as a Dagster component: a code location can hold any number of them, each in a `defs.yaml`.

Belongs here: the keys of `defs.yaml`. Does not: the assets, job and sensor of a dossier (`job`).
"""

import re
from pathlib import Path

import dagster as dg

from tidebook.pipelines.defs.job import build_defs
from tidebook.pipelines.read.settings import Settings


class DossierComponent(dg.Component, dg.Model, dg.Resolvable):
    """A dossier in the folder `raw`, whose results go to `out`; both are relative to the folder of `defs.yaml`.

    `prefix` comes before its asset keys and the names of its job, sensor and schedule. The default is the name of the
    folder of `defs.yaml`, which is unique and known even if the dossier cannot be read. Characters that Dagster does
    not allow in a name become `_`.
    """

    raw: str
    out: str
    prefix: str = ""

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Return the definitions of the dossier; those of an unreadable one give the reason."""
        folder = Path(context.path)
        prefix = re.sub(r"\W+", "_", self.prefix or folder.name, flags=re.ASCII)
        return build_defs(Settings(folder / self.raw, folder / self.out, prefix=prefix))
