"""docs/api/command-line.md has every command and option, and its examples are command lines that the parser takes."""

from __future__ import annotations

import argparse
import re
import shlex

import pytest

from paths import ROOT
from pynet._cli.errors import UsageError
from pynet._cli.parser import COMMANDS, make_parser

PAGE = (ROOT / "docs" / "api" / "command-line.md").read_text()
SECTIONS = dict(re.findall(r"(?ms)^## `pynet (\S+)`\n(.*?)(?=^## )", PAGE))
EXAMPLES = re.findall(r"(?m)^    (?:echo \w+ \| )?(pynet .+)$", PAGE)


def commands():
    """The parsers of the commands by their names."""
    (action,) = (each for each in make_parser("pynet")._actions if isinstance(each, argparse._SubParsersAction))
    return action.choices


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_option_is_described(name):
    text = SECTIONS[name] if name != "completion" else PAGE
    written = set(re.findall(r"(?<![\w-])--?[a-zA-Z0-9][\w-]*", text))
    options = {option for action in commands()[name]._actions for option in action.option_strings}
    assert options - written == {"-h", "--help"} - written


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_no_other_option_is_described(name):
    described = {
        option
        for cell in re.findall(r"(?m)^\| (`-.*?`) \|", SECTIONS[name])
        for option in re.findall(r"(?<![\w-])--?[a-zA-Z0-9][\w-]*", cell)
    }
    options = {option for action in commands()[name]._actions for option in action.option_strings}
    assert described - options == set()


def test_every_command_has_examples():
    named = {text.split()[1] for text in EXAMPLES}
    assert named == set(commands()) - {"completion"}
    assert len(COMMANDS) == len(commands())


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_are_parsed(text):
    words = shlex.split(re.split(r" (?:>|&&) ", text)[0])
    try:
        args = make_parser("pynet").parse_args(words[1:])
    except (SystemExit, UsageError) as error:
        pytest.fail(f"{text}: {error}")
    assert args.command == words[1]


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_are_those_of_the_help(text):
    command = commands()[text.split()[1]]
    assert text in command.format_help()
