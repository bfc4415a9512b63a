"""Links each page to the glossary: the first time that a page uses a term in its text, the word is a link.

The terms are the headings of glossary.md. `site_plain_words` in conf.py are those that are everyday words as well.
"""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import ConfigError
from sphinx.transforms import SphinxTransform

GLOSSARY = "glossary"
NOT_TEXT = (nodes.title, nodes.literal, nodes.literal_block, nodes.reference, addnodes.pending_xref)


def slug(term: str) -> str:
    return re.sub(r"[^\w\- ]", "", term.lower()).replace(" ", "-")


def headings(source: Path) -> list[str]:
    return re.findall(r"^### (.+)$", (source / f"{GLOSSARY}.md").read_text(), re.MULTILINE)


def terms(source: Path, plain: set[str]) -> dict[str, re.Pattern[str]]:
    """{anchor: the term, also in the plural}"""
    found = {}
    for term in headings(source):
        if term not in plain:
            flags = 0 if term.isupper() else re.IGNORECASE
            found[slug(term)] = re.compile(rf"(?<![\w-]){re.escape(term)}s?(?![\w-])", flags)
    return found


class LinksToTheGlossary(SphinxTransform):
    default_priority = 400

    def apply(self, **kwargs: object) -> None:
        if self.env.docname == GLOSSARY:
            return
        left = terms(Path(self.env.srcdir), self.config.site_plain_words)
        self.env.note_dependency(str(Path(self.env.srcdir, f"{GLOSSARY}.md")))
        for link in self.document.findall(addnodes.pending_xref):
            if link["reftarget"] == GLOSSARY:
                left.pop(link.get("reftargetid"), None)
        for text in list(self.document.findall(nodes.Text)):
            if not any(isinstance(each, NOT_TEXT) for each in ancestors(text)):
                self.link(text, left)

    def link(self, text: nodes.Text, left: dict[str, re.Pattern[str]]) -> None:
        """The terms in this text: each is linked once, and then is no longer in `left`."""
        found = [(match, anchor) for anchor, term in left.items() if (match := term.search(text))]
        if not found:
            return
        match, anchor = min(found, key=lambda each: (each[0].start(), -each[0].end()))
        del left[anchor]
        link = addnodes.pending_xref(
            "",
            nodes.inline("", match[0]),
            refdoc=self.env.docname,
            refdomain="doc",
            reftype="myst",
            reftarget=GLOSSARY,
            reftargetid=anchor,
            refexplicit=True,
            classes=["term"],
        )
        before, after = nodes.Text(text[: match.start()]), nodes.Text(text[match.end() :])
        text.parent.replace(text, [before, link, after])
        self.link(after, left)


def ancestors(node: nodes.Node):
    while node.parent is not None:
        node = node.parent
        yield node


def check(app: Sphinx, config) -> None:
    if unknown := config.site_plain_words - set(headings(Path(app.srcdir))):
        raise ConfigError(f"site_plain_words has words that are not in the glossary: {', '.join(sorted(unknown))}")


def setup(app: Sphinx) -> dict:
    app.add_config_value("site_plain_words", set(), "env")
    app.connect("config-inited", check)
    app.add_transform(LinksToTheGlossary)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
