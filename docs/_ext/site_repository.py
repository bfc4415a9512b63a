"""Links from a page to a file outside of docs lead into the repository, or to the page that says the same.

As long as conf.py knows no repository, they lead to a copy of the file.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


class LinksToTheRepository(SphinxTransform):
    default_priority = 5  # before the targets of links are looked at

    def apply(self, **kwargs: object) -> None:
        # Markdown files count as documents, even where the site has none of that name.
        for link in list(self.document.findall(addnodes.pending_xref)):
            target = link["reftarget"]
            if link.get("refdomain") == "doc" and Path(target).is_absolute():
                self.lead(link, Path(target + ".md"), link.get("reftargetid"))
        for link in list(self.document.findall(addnodes.download_reference)):
            here = Path(self.env.srcdir, self.env.docname).parent
            self.lead(link, (here / link["reftarget"]).resolve(), None)

    def lead(self, link: nodes.Element, file: Path, anchor: str | None) -> None:
        root = Path(self.env.srcdir).parent
        path = file.relative_to(root).as_posix()
        page = self.config.site_pages_of_files.get(path)
        attributes = {"refdoc": self.env.docname, "reftype": "myst", "refexplicit": True}
        if page:
            new = addnodes.pending_xref("", refdomain="doc", reftarget=page, reftargetid=anchor, **attributes)
        elif self.config.site_repository:
            new = nodes.reference(
                "", refuri=f"{self.config.site_repository.rstrip('/')}/blob/HEAD/{path}", internal=False
            )
            new["refuri"] += f"#{anchor}" if anchor else ""
        else:
            up = "../" * (self.env.docname.count("/") + 1)
            new = addnodes.download_reference("", refdomain=None, reftarget=up + path, **attributes)
        new += link.children
        link.replace_self(new)


def setup(app: Sphinx) -> dict:
    app.add_config_value("site_repository", "", "env")
    app.add_config_value("site_pages_of_files", {}, "env")
    app.add_transform(LinksToTheRepository)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
