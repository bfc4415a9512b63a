"""set_encoding() knows an encoding by all its names, in any case; readable_encoding is the first of them."""

import pynet
from harness import run, trace


def main():
    names = ["utf8", "UTF-8", "utf16le", "UTF-16LE", "ucs2", "UCS-2", "latin1", "binary", "ascii", "base64"]
    trace("C", "fresh", pynet.Socket().readable_encoding)
    for one in [*names, "BASE64URL", "Hex", None, ""]:
        trace("C", "name", one, pynet.Socket().set_encoding(one).readable_encoding)
    trace("C", "none", pynet.Socket().set_encoding().readable_encoding)


run(main)
