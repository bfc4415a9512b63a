"""Drawings for light and dark pages: of each SVG two files, by its `@media (prefers-color-scheme: dark)`.

On a forge the drawing follows the system. On the site it has to follow the switch of the page as well, so the page
shows one of the two files (`only-light` and `only-dark` are classes of furo).
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

MEDIA = re.compile(r"@media \(prefers-color-scheme: dark\) \{(.*?)\n\s*\}\n(?=\s*</style>)", re.DOTALL)
WIDTH = re.compile(r"<svg [^>]*\bwidth=\"(\d+)")


def in_one_colour(svg: str, dark: bool) -> str:
    found = MEDIA.search(svg)
    assert found is not None
    return svg[: found.start()] + (found[1].strip() + "\n" if dark else "") + svg[found.end() :]


class DrawingsInTwoColours(SphinxTransform):
    default_priority = 100  # before Sphinx collects the images

    def apply(self, **kwargs: object) -> None:
        source = Path(self.env.srcdir)
        made = Path(self.env.doctreedir).parent / "drawings"
        made.mkdir(parents=True, exist_ok=True)
        here = source / Path(self.env.docname).parent
        for image in list(self.document.findall(nodes.image)):
            path = (here / image["uri"]).resolve()
            if path.suffix != ".svg" or not path.is_file() or not MEDIA.search(svg := path.read_text()):
                continue
            self.env.note_dependency(str(path))
            wide = ["wide"] if (width := WIDTH.search(svg)) and int(width[1]) > 520 else []
            pair = []
            for theme in ("light", "dark"):
                file = made / f"{path.stem}-{theme}.svg"
                file.write_text(in_one_colour(svg, dark=theme == "dark"))
                copy = image.deepcopy()
                copy["uri"] = "/" + os.path.relpath(file, source)
                copy["classes"] = [*image["classes"], "drawing", *wide, f"only-{theme}"]
                pair.append(copy)
            image.replace_self(pair)


def setup(app: Sphinx) -> dict:
    app.add_transform(DrawingsInTwoColours)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
