"""An entry of the index for each name in a heading of the reference, such as ### `Server.close(callback=None)`."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

NAME = re.compile(r"(?:pynet\.)?((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)(\(.*)?")


def names_of(title: nodes.title) -> list[str]:
    found = [NAME.fullmatch(code.astext()) for code in title.findall(nodes.literal)]
    return [match[1] + ("()" if match[2] else "") for match in found if match]


class IndexNames(SphinxTransform):
    default_priority = 500

    def apply(self, **kwargs: object) -> None:
        if not self.env.docname.startswith("api/"):
            return
        for section in self.document.findall(nodes.section):
            title = section.children[0]
            if isinstance(title, nodes.title) and (names := names_of(title)):
                entries = [("single", name, section["ids"][0], "", None) for name in names]
                section.insert(1, addnodes.index(entries=entries))


def setup(app: Sphinx) -> dict:
    app.add_transform(IndexNames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
