"""Hooks of mkdocs: what the site has beside the pages of docs/, the page of each plugin and the reports.

A plugin brings its page, `plugins/NAME/README.md`, which the site shows as `plugins/NAME.md`. Links between it and
docs/ are those of the repository, and are turned here. Releases are those that `make reports` has built.

Belongs here: where these come from. Does not: building a release, or words of a page.
"""

import re
import shutil
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / ".venv" / "reports"
"""An output folder for each dossier."""
OF_A_PLUGIN = re.compile(r"\]\((?:\.\./)+(?:plugins/)?(\w+)/README\.md")
EMPTY_HEAD = re.compile(r"<th(?: [^>]*)?></th>")
OF_DOCS = re.compile(r"\]\(\.\./\.\./docs/")


def on_files(files: Files, config: Any) -> None:
    """Add the page of each plugin."""
    for path in sorted((ROOT / "plugins").glob("*/README.md")):
        files.append(File.generated(config, f"plugins/{path.parent.name}.md", content=path.read_text(encoding="utf-8")))


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Turn the links of the repository into those of the site."""
    up = "../" * page.file.src_uri.count("/")
    return OF_A_PLUGIN.sub(rf"]({up}plugins/\1.md", OF_DOCS.sub("](../", markdown))


def on_page_content(html: str, **_: Any) -> str:
    """Make cells of the head that say nothing plain ones: a head has to name its column."""
    return EMPTY_HEAD.sub("<td></td>", html)


def on_post_build(config: Any) -> None:
    """Copy the latest release of each dossier to reports/ of the site, with the tables to which its report links."""
    for latest in sorted(BUILT.glob("*/latest")):
        shutil.copytree(latest.resolve(), Path(config["site_dir"], "reports", latest.parent.name), dirs_exist_ok=True)
