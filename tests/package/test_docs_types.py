"""The examples of README.md, docs/ and examples/ for type checkers: mypy --strict and pyright find no error in any.

Their functions need no annotations; what is in them is checked all the same. An example that is not run is the body of
a function that gets a socket `sock` and a server `server`.
"""

from __future__ import annotations

import pytest

from doc_examples import examples
from type_checkers import PROGRAMS, WRONG, as_module, file_of, need


def test_no_example_has_a_wrong_type(checked):
    places = {file_of(each): each.page for each in examples()}
    found = [
        f"{places.get(name, name)}:{line}: {text}"
        for name, errors in checked.items()
        if name not in (*PROGRAMS, file_of(WRONG))
        for line, text in errors.items()
    ]
    assert found == []


def test_the_examples_are_looked_at(checked):
    """With an error at the line that it has in its page."""
    assert list(checked[file_of(WRONG)]) == [WRONG.line + 3]


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
