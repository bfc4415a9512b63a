"""PYNET_LOG in the environment."""

from __future__ import annotations

import os
import re
import textwrap

import pytest

from helpers import run_script

ECHO = """
    import pynet
    def main():
        server = pynet.create_server(lambda sock: sock.on("data", sock.end)).listen(0, "127.0.0.1")
        client = pynet.connect(server.port, "127.0.0.1")
        client.write(b"hello")
        client.resume()
        client.on("close", lambda had_error: server.close())
    pynet.run(main)
"""


def logged(script: str, words: str) -> list[str]:
    """The lines on stderr, without time and process."""
    done = run_script(script, env={**os.environ, "PYNET_LOG": words})
    assert done.returncode == 0, done.stderr
    return [re.sub(r"^[\d-]+ [\d:,]+ \d+ ", "", line) for line in done.stderr.splitlines()]


def test_net_logs_the_life_of_servers_and_connections():
    lines = logged(ECHO, "net")
    kinds = [
        re.match(r"pynet\.net: (listen\(\)|listening|connect\(\)|accepted|connected|closed)", line) for line in lines
    ]
    assert all(kinds), lines
    names = [kind[1] for kind in kinds]
    assert names[:3] == ["listen()", "listening", "connect()"]
    assert sorted(names[3:]) == ["accepted", "closed", "closed", "connected"]
    assert lines[0] == "pynet.net: listen() at <string>:4: {'port': 0, 'host': '127.0.0.1'}"
    assert lines[2] == "pynet.net: connect() at <string>:5"
    assert sum("5 bytes read, 5 written" in line for line in lines) == 2


def test_net_logs_a_listen_that_fails():
    script = """
        import pynet
        try:
            pynet.Server().listen(path="/proc/nothing/s")
        except pynet.NetError:
            pass
    """
    lines = logged(script, "net")
    assert lines[-1].startswith("pynet.net: listen() has failed: listen E")


def test_slow_logs_a_slow_listener():
    script = """
        import time, pynet
        def slow_one():
            time.sleep(0.02)
        pynet.run(lambda: pynet.set_immediate(slow_one))
    """
    lines = logged(script, "slow=0.02")
    assert len(lines) == 1
    assert re.fullmatch(r"pynet: callback slow_one \(<string>:3\) took 0\.\d+ s", lines[0])


def test_leaks_names_what_is_open_at_the_exit_and_where_it_was_opened():
    script = """
        import pynet
        server = pynet.create_server(lambda sock: None).listen(0, "127.0.0.1")
        client = pynet.connect(server.port, "127.0.0.1")
        pynet.once(client, "connect").result(5)
        while not server.connections:
            pynet.run_in_loop(int).result(5)
        closed = pynet.connect(server.port, "127.0.0.1")
        closed.destroy()
        pynet.run(pynet.stop)
    """
    lines = [line for line in logged(script, "leaks") if "unclosed" in line]
    server, client, accepted = (
        next(line for line in lines if part in line) for part in ("Server l", ":4,", "accepted by")
    )
    assert re.fullmatch(
        r"pynet:1: ResourceWarning: pynet: unclosed <pynet.Server .*>, opened at <string>:3, open for \d+\.\d s", server
    ), lines
    assert re.search(r"unclosed <pynet.Socket open .*>, opened at <string>:4, open for", client)
    assert re.search(r"unclosed <pynet.Socket open .*>, accepted by <pynet.Server .*>, open for", accepted)
    assert not any("<string>:8" in line for line in lines)


def test_leaks_says_nothing_of_what_is_closed():
    assert logged(ECHO, "leaks") == []


def test_several_words_with_spaces():
    assert len(logged(ECHO, " net , leaks")) == 7


@pytest.mark.parametrize("word", ["nets", "slow=x", "slow=0", "slow=-1", "net=1", "slow=nan"])
def test_a_wrong_word_is_reported_and_the_program_runs(word):
    lines = logged("import pynet; print(pynet.is_ip('::1'))", word)
    assert lines == [f"pynet: PYNET_LOG: {word!r} is none of net, slow, leaks, slow=SECONDS"]


def test_logging_that_the_program_sets_up_is_not_doubled():
    script = "import logging; logging.basicConfig(format='%(name)s| %(message)s', level='INFO')\n" + textwrap.dedent(
        ECHO
    )
    lines = logged(script, "net")
    assert len(lines) == 7
    assert all(line.startswith("pynet.net| ") for line in lines)


def test_an_empty_variable_switches_nothing_on():
    assert logged(ECHO, "") == []


def test_without_the_variable_nothing_is_imported_for_it():
    script = "import sys, pynet; print('logging' in sys.modules, 'pynet.diagnostics' in sys.modules)"
    done = run_script(script, env={key: value for key, value in os.environ.items() if key != "PYNET_LOG"})
    assert done.stdout == "False False\n"
