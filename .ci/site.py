"""A hook of mkdocs: the site shows the releases that `make reports` has built, so that its reports are live.

Belongs here: what the site has beside its pages. Does not: building a release.
"""

import shutil
from pathlib import Path
from typing import Any

BUILT = Path(__file__).resolve().parents[1] / ".venv" / "reports"
"""An output folder for each dossier."""


def on_post_build(config: dict[str, Any], **_: Any) -> None:
    """Copy the latest release of each dossier to reports/ of the site, with the tables to which its report links."""
    for latest in sorted(BUILT.glob("*/latest")):
        shutil.copytree(latest.resolve(), Path(config["site_dir"], "reports", latest.parent.name), dirs_exist_ok=True)
