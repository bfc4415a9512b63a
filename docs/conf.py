"""Sphinx's configuration. `make docs` builds the site; tools/docs_site.py has the rest."""

import re
import sys
import tomllib
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path.insert(0, str(DOCS / "_ext"))

release = re.search(r'^__version__ = "(.+)"', (ROOT / "pynet" / "__init__.py").read_text(), re.MULTILINE)[1]
version = ".".join(release.split(".")[:2])
project = "pynet"
author = "The pynet authors"
project_copyright = author
language = "en"

# The addresses are empty until the project has them.
urls = tomllib.loads((ROOT / "release.toml").read_text())["urls"]
html_baseurl = f"{urls['Documentation'].rstrip('/')}/{version}/" if urls["Documentation"] else ""

extensions = ["myst_parser", "site_structure", "site_images", "site_names", "site_repository", "site_glossary"]
exclude_patterns = ["_ext", "_static", "_templates", "man"]
nitpicky = True

# Anchors of headings are those that forges make.
myst_heading_anchors = 6
# The pages of the reference go from their title to the third level, which stands for a name.
suppress_warnings = ["myst.header"]

# The navigation. The pages have no toctree of their own: on a forge it would be a block of code.
# A section is a caption and its pages; a pattern stands for all pages that it matches.
site_sections = {
    "First steps": ["install", "tutorial/index", "how-pynet-runs", "glossary"],
    "Guides": [
        "how-to/index",
        "events",
        "iteration",
        "asyncio",
        "threads",
        "testing",
        "embedding",
        "notebooks",
        "windows",
    ],
    "Reference": [
        "api/functions",
        "api/server",
        "api/socket",
        "api/event-emitter",
        "api/bound-socket",
        "api/aio",
        "api/cluster",
        "api/streams",
        "api/timers",
        "api/observe",
        "api/addresses",
        "api/abort",
        "api/errors",
        "api/*",
        "genindex",
    ],
    "Coming from": ["coming-from/index", "porting-from-node", "node-differences"],
    "More": ["performance", "security", "upgrading"],
    "Design": [
        "internals/core",
        "internals/uvio",
        "internals/base",
        "internals/loop",
        "internals/address",
        "internals/abort",
        "internals/events",
        "internals/stream",
        "internals/socket",
        "internals/tls",
        "internals/server",
        "internals/connect",
        "internals/module",
        "internals/cluster",
        "internals/windows",
        "internals/*",
    ],
}
# Pages with pages of their own.
site_children = {
    "tutorial/index": [
        "tutorial/1-echo",
        "tutorial/2-lines",
        "tutorial/3-many-clients",
        "tutorial/4-timeouts-and-errors",
        "tutorial/5-stopping-and-deployment",
        "tutorial/6-tests",
    ],
    "how-to/index": ["how-to/*"],
    "coming-from/index": ["coming-from/*"],
}
# Terms of the glossary that are everyday words as well, or in nearly every sentence: pages link to them by hand.
site_plain_words = {
    *("TCP", "address", "callback", "cork", "drain", "encoding", "event", "flow", "flush", "host", "libuv", "lookup"),
    *("loop", "pipe", "port", "socket", "stream", "turn"),
}
# Files outside of docs that pages link to: a page of the site, or the file in the repository.
site_repository = urls["Repository"]
site_pages_of_files = {"README.md": "index"}

html_theme = "furo"
html_title = f"pynet {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = [("versions.js", {"defer": "defer"}), ("tables.js", {"defer": "defer"})]
html_copy_source = False
html_show_sphinx = False
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/versions.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
templates_path = ["_templates"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b6e4f", "color-brand-content": "#0b6e4f"},
    "dark_css_variables": {"color-brand-primary": "#5fd3a8", "color-brand-content": "#5fd3a8"},
}
pygments_style = "friendly"
pygments_dark_style = "github-dark"

# `make docs-links`: only the addresses of others. tools/docs_site.py looks at the links inside.
linkcheck_timeout = 15
linkcheck_retries = 2
linkcheck_anchors = False
