"""Toctrees from the lists in conf.py, so that the Markdown pages have none and read well on a forge, too."""

from __future__ import annotations

import fnmatch

from sphinx.application import Sphinx
from sphinx.errors import ConfigError


def expand(entries: list[str], known: set[str], taken: set[str]) -> list[str]:
    """The pages that the entries name. A pattern names those that no other entry of any list names."""
    pages = []
    for entry in entries:
        if "*" in entry:
            pages += sorted(f"/{page}" for page in fnmatch.filter(known, entry) if page not in taken)
        elif entry in known:
            pages.append(f"/{entry}")
        elif entry == "genindex":
            pages.append("Index of names <genindex>")
    return pages


def toctree(pages: list[str], caption: str = "") -> str:
    options = [":hidden:", *([f":caption: {caption}"] if caption else [])]
    return "\n".join(["", "```{toctree}", *options, "", *pages, "```", ""])


def add_toctrees(app: Sphinx, docname: str, source: list[str]) -> None:
    known = set(app.env.found_docs)
    lists = [*app.config.site_sections.values(), *app.config.site_children.values()]
    taken = {entry for entries in lists for entry in entries if "*" not in entry} | {"index"}
    if docname == "index":
        for caption, entries in app.config.site_sections.items():
            pages = expand(entries, known, taken)
            if pages:
                source[0] += toctree(pages, caption)
    elif docname in app.config.site_children:
        source[0] += toctree(expand(app.config.site_children[docname], known, taken))


def check(app: Sphinx, config) -> None:
    named = [entry for entries in config.site_sections.values() for entry in entries]
    if twice := {entry for entry in named if named.count(entry) > 1}:
        raise ConfigError(f"site_sections names pages twice: {', '.join(sorted(twice))}")


def setup(app: Sphinx) -> dict:
    app.add_config_value("site_sections", {}, "env")
    app.add_config_value("site_children", {}, "env")
    app.connect("config-inited", check)
    app.connect("source-read", add_toctrees)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
