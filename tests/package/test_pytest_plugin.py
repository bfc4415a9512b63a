"""The fixtures for pytest that the package brings, in test files of their own."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import textwrap
import tomllib

import pytest

import isolated
from paths import ROOT

HEAD = """
import threading
import pytest
import pynet
"""


@pytest.fixture
def outcome(tmp_path):
    """run(source) -> (passed, failed, errors, output) of a test file that the plugin is loaded for."""

    def run(source, *args):
        (tmp_path / "test_it.py").write_text(HEAD + textwrap.dedent(source))
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        env = isolated.environment()
        env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # an installed pynet would bring the plugin a second time
        env["PYTHONPATH"] = os.pathsep.join([env["PYTHONPATH"], str(ROOT)])
        command = [sys.executable, "-m", "pytest", "-p", "pynet.pytest_plugin", "-p", "no:cacheprovider", *args]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=50, check=False)
        last = done.stdout.rstrip().splitlines()[-1]
        words = last.replace(",", "").split()
        counts = [int(words[words.index(w) - 1]) if w in words else 0 for w in ("passed", "failed", "error")]
        return (*counts, done.stdout + done.stderr)

    return run


def test_the_entry_point_names_the_plugin():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    module = importlib.import_module(project["entry-points"]["pytest11"]["pynet"])
    assert {"pynet_server", "pynet_errors"} <= set(vars(module))


@pytest.mark.posix_only("a path of tmp_path is no name of a pipe")
def test_a_server_and_its_address(outcome):
    passed, failed, errors, text = outcome(
        """
        def test_tcp(pynet_server):
            server, address = pynet_server(lambda sock: sock.end("hello"))
            assert server.listening and address.address == "127.0.0.1"
            with pynet.connect(address) as sock:
                assert sock.read_exactly(5, timeout=5) == b"hello"

        def test_unix(pynet_server, tmp_path):
            server, address = pynet_server(lambda sock: sock.end("hello"), path=tmp_path / "s.sock")
            assert address == str(tmp_path / "s.sock")
            with pynet.connect(address) as sock:
                assert sock.read_exactly(5, timeout=5) == b"hello"

        def test_several_with_options_and_without_a_handler(pynet_server):
            one, _ = pynet_server(allow_half_open=True)
            two, _ = pynet_server(print, host="127.0.0.2", backlog=5)
            assert (one.host, two.host) == ("127.0.0.1", "127.0.0.2") and one.port != two.port

        def test_unknown_options_are_refused(pynet_server):
            try:
                pynet_server(allow_halfopen=True)
            except TypeError as error:
                assert "allow_half_open" in str(error)
            else:
                raise AssertionError
        """
    )
    assert (passed, failed, errors) == (4, 0, 0), text


def test_after_the_test_all_is_closed(outcome):
    passed, failed, errors, text = outcome(
        """
        kept = []
        def test_first(pynet_server):
            kept.append(pynet_server()[0])
        def test_second():
            assert not kept[0].listening and pynet.servers() == []
        """
    )
    assert (passed, failed, errors) == (2, 0, 0), text


def test_a_listener_that_raised_fails_the_test(outcome):
    passed, failed, errors, text = outcome(
        """
        def on_connection(sock):
            raise ZeroDivisionError("in the handler")
        def test_it(pynet_server):
            server, address = pynet_server(on_connection)
            with pynet.connect(address) as sock:
                sock.wait("connect", timeout=5)
                for peer in server.connections:
                    peer.destroy()
        def test_next(pynet_server):
            pynet_server()
        """
    )
    assert (passed, failed, errors) == (1, 1, 0), text
    assert "ZeroDivisionError: in the handler" in text and "in the 'connection' listener on_connection" in text


def test_a_connection_that_is_left_open_fails_the_test(outcome):
    passed, failed, errors, text = outcome(
        """
        kept = []
        def test_it(pynet_server):
            accepted = threading.Event()
            server, address = pynet_server(lambda sock: accepted.set())
            kept.append(pynet.connect(address))
            assert accepted.wait(5)
        def test_next(pynet_server):
            pynet_server()
        """
    )
    assert (passed, failed, errors) == (1, 1, 0), text
    assert "1 of the server's connections were left open: <pynet.Socket open 127.0.0.1:" in text


def test_a_connection_that_closes_soon_is_no_failure(outcome):
    passed, failed, errors, text = outcome(
        """
        def test_it(pynet_server):
            server, address = pynet_server(lambda sock: pynet.set_timeout(sock.destroy, 100))
            with pynet.connect(address) as sock:
                sock.wait("connect", timeout=5)
        """
    )
    assert (passed, failed, errors) == (1, 0, 0), text


def test_an_error_without_a_listener_fails_the_test(outcome):
    passed, failed, errors, text = outcome(
        """
        def test_it(pynet_errors):
            closed = threading.Event()
            with pynet.turn():
                pynet.connect(1, "127.0.0.1").on("close", lambda had_error: closed.set())
            assert closed.wait(5)
        """
    )
    assert (passed, failed, errors) == (0, 1, 0), text
    assert "connect ECONNREFUSED 127.0.0.1:1" in text and "no 'error' listener" in text


def test_expected_errors_are_taken_out(outcome):
    passed, failed, errors, text = outcome(
        """
        def fails():
            1 / 0
        def test_it(pynet_errors):
            seen = threading.Event()
            pynet.next_tick(fails)
            pynet.next_tick(seen.set)
            assert seen.wait(5)
            assert isinstance(pynet_errors.pop(), ZeroDivisionError)
        def test_the_handler_is_put_back():
            assert pynet.set_uncaught_handler(None) is None
        """
    )
    assert (passed, failed, errors) == (2, 0, 0), text


def test_a_peer_that_resets_its_connection_is_no_failure(outcome):
    passed, failed, errors, text = outcome(
        """
        def test_it(pynet_server):
            server, address = pynet_server(lambda sock: sock.resume())
            sock = pynet.connect(address)
            sock.wait("connect", timeout=5)
            sock.reset_and_destroy()
        """
    )
    assert (passed, failed, errors) == (1, 0, 0), text


def test_a_test_that_fails_by_itself_keeps_its_error(outcome):
    passed, failed, errors, text = outcome(
        """
        def test_it(pynet_server):
            pynet_server()
            assert 1 == 2
        """
    )
    assert (passed, failed, errors) == (0, 1, 0) and "assert 1 == 2" in text


def test_a_test_that_fails_shows_what_was_uncaught(outcome):
    passed, failed, errors, text = outcome(
        """
        def test_answer(pynet_server):
            def on_data(chunk):
                1 / 0

            server, address = pynet_server(lambda sock: sock.on("data", on_data))
            with pynet.connect(address) as sock:
                sock.write("x")
                assert sock.read_exactly(5, timeout=5) == b"hello"

        def test_fails_by_itself(pynet_errors):
            pytest.fail("mine")
        """
    )
    assert (passed, failed, errors) == (0, 2, 0)
    assert "An exception was uncaught before:" in text
    assert "ZeroDivisionError: division by zero" in text
    own = text.partition("test_fails_by_itself __")[2].partition("short test summary")[0]
    assert "mine" in own
    assert "An exception was uncaught" not in own
