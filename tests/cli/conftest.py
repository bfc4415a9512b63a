"""Fixtures of the tests of the command line."""

from __future__ import annotations

import contextlib

import pytest

from commands import cli, place_of


@pytest.fixture
def running():
    """A function that starts a command; those that still run are killed at the end."""
    started = []

    def run(*args, **options):
        started.append(cli(*args, **options))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        with contextlib.suppress(BrokenPipeError), process:  # closes its pipes and waits
            pass


@pytest.fixture
def echo(running, kind, tmp_path):
    """A running echo server: (process, what follows `connect` to reach it)."""
    process = running("echo", *([] if kind == "tcp" else [tmp_path / "e.sock"]))
    return process, place_of(process.stdout)


@pytest.fixture
def free_place(kind, tmp_path):
    """What to listen on, as one argument: port 0 of 127.0.0.1, or a path."""
    return "127.0.0.1:0" if kind == "tcp" else str(tmp_path / "place.sock")
