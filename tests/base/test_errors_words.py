"""The words of errors are Python's: a callable, an int or str, a bool; the codes are Node's."""

from __future__ import annotations

import re

import pytest

import pynet
from paths import ROOT

CALLS = {
    "a callable": lambda: pynet.Socket().on("data", 5),
    "an int or str": lambda: pynet.connect({"port": []}),
    "an int or float": lambda: pynet.set_timeout(print, "5"),
    "a str": lambda: pynet.connect(80, host=5),
    "a bool": lambda: pynet.connect(80, auto_select_family=1),
    "not None": lambda: pynet.Socket().write(None),
}


@pytest.mark.parametrize("words", CALLS)
def test_what_was_expected(words):
    with pytest.raises(TypeError, match=words) as caught:
        CALLS[words]()
    assert caught.value.code in ("ERR_INVALID_ARG_TYPE", "ERR_STREAM_NULL_VALUES")


@pytest.mark.skipif(not (ROOT / "csrc").is_dir(), reason="not in a checkout")
def test_no_source_has_words_of_javascript():
    words = r"\"[^\"]*(of type \w|null values|Premature close|number or string|options\.[a-z]+[A-Z])[^\"]*\""
    sources = [*(ROOT / "csrc" / "py").rglob("*.c"), *(ROOT / "pynet").glob("*.py")]
    found = [(p.name, m.group()) for p in sources for m in re.finditer(words, p.read_text())]
    assert len(sources) > 50 and found == []
