"""How the examples of README.md, docs/ and examples/ are laid out for type checkers; test_stubs_types.py runs those."""

from __future__ import annotations

import pytest

from doc_examples import examples
from type_checkers import as_module, file_of, need


def test_every_example_has_a_file_of_its_own():
    every = list(examples())
    assert len({file_of(each) for each in every}) == len(every) > 20


def test_an_example_keeps_its_lines():
    for each in examples():
        lines = as_module(each).splitlines()
        assert [line.strip() for line in lines[each.line :]] == [line.strip() for line in each.source.splitlines()]


def test_a_tool_that_is_missing_is_an_error_with_the_line_to_type():
    with pytest.raises(pytest.fail.Exception, match=r"-m pip install 'pyright\[nodejs\]==[\d.]+'$"):
        need("pyright", "no_such_module")
