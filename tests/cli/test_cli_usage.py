"""The command line itself: help, version, wrong arguments, colours."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys

import pytest

import pynet
from commands import DEVNULL, PIPE, cli, done, finished, free_port, typed_at
from helpers import run_script
from paths import ROOT
from pynet._cli import main

TYPES = {
    "AioListenOptions",
    "ListenOptions",
    "LookupOptions",
    "ServerOptions",
    "SocketConnectOptions",
}  # for type checkers only
COMMANDS = ("echo", "listen", "connect", "proxy", "scan", "bench", "check-ip", "completion")


def test_version():
    assert done("--version") == (0, f"pynet {pynet.__version__}\n".encode(), b"")


def test_help_lists_the_commands():
    status, out, err = done("--help")
    assert (status, err) == (0, b"")
    assert out.startswith(b"usage: python -m pynet [-h] [--version] COMMAND ...\n")
    lines = out.decode().splitlines()
    assert all(any(line.startswith(f"    {name}") for line in lines) for name in COMMANDS)
    assert "130 after Ctrl-C" in out.decode()


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command(name):
    status, out, err = done(name, "--help")
    assert (status, err) == (0, b"")
    text = out.decode()
    assert text.startswith(f"usage: python -m pynet {name} ")
    assert "Exit status" in text
    assert max(map(len, text.splitlines())) <= 100


def test_a_script_names_itself(tmp_path):
    for name in ("pynet", "pynet-uv"):
        script = tmp_path / name
        script.write_text("import sys\nfrom pynet.__main__ import main\nsys.exit(main())\n")
        text = subprocess.run([sys.executable, script, "--help"], capture_output=True, text=True, check=True).stdout
        assert text.startswith(f"usage: {name} ")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "pynet: the following arguments are required: COMMAND"),
        (["dance"], "pynet: argument COMMAND: invalid choice: 'dance'"),
        (["connect"], "connect: the following arguments are required: PLACE"),
        (["connect", "--dance", "80"], "connect: unrecognized arguments: --dance"),
        (["connect", "--verb", "80"], "connect: unrecognized arguments: --verb"),
        (["connect", "a", "1", "2"], "connect: too many arguments"),
        (["connect", "localhost", "65536"], "connect: port 65536 is too large: the last one is 65535"),
        (["connect", "localhost", "no such service"], "connect: 'no such service' is neither the number of a port"),
        (["connect", "--timeout", "-1", "80"], "connect: argument --timeout: expected one argument"),
        (["connect", "--timeout", "soon", "80"], "connect: argument --timeout: 'soon' is not a time"),
        (["connect", "-w", "0", "80"], "connect: argument -w/--wait: '0' is not more than 0"),
        (["connect", "--local-address", "nowhere", "80"], "connect: nowhere is not an IP address to connect from"),
        (["connect", "tcp://localhost:80"], "connect: tcp://localhost:80 is not the path of a unix socket"),
        (["connect", "::1"], "connect: ::1 needs a port: ::1 PORT"),
        (["connect", "1.2.3.4"], "connect: 1.2.3.4 needs a port: 1.2.3.4 PORT"),
        (["connect", "a:b"], "connect: a:b is not the path of a unix socket: write HOST:PORT, or ./a:b if it is"),
        (["connect", ""], "connect: the path is empty"),
        (["connect", "", "80"], "connect: the host is empty"),
        (["connect", "-U", "a", "b"], "connect: -U takes one path"),
        (["echo", "99999"], "echo: port 99999 is too large"),
        (["echo", "--host", "127.0.0.1", "localhost:80"], "echo: --host is for a PLACE that is a port"),
        (["connect", "9" * 9999], "connect: port 99999999999999999999 is too large"),
        (["listen", "a:b"], "listen: a:b is not the path"),
        (["listen", "-x", "--exec", "cat"], "listen: -C, -x, -d and --no-half-close are for stdin and stdout"),
        (["bench", "-s", "9" * 9999, "80"], "' is not a number of bytes"),
        (["proxy", "8080"], "proxy: the following arguments are required: B"),
        (["proxy", "0", "a:b"], "proxy: argument B: a:b is not the path of a unix socket"),
        (["proxy", "--rate", "0", "0", "1"], "proxy: argument --rate: '0' is less than one byte"),
        (["proxy", "--rate", "fast", "0", "1"], "proxy: argument --rate: 'fast' is not a number of bytes"),
        (["proxy", "--drop", "never", "0", "1"], "proxy: argument --drop: 'never' is neither bytes (64k)"),
        (["proxy", "--drop", "101%", "0", "1"], "proxy: argument --drop: '101%' is neither bytes (64k)"),
        (["scan", "localhost"], "scan: the following arguments are required: PORTS"),
        (["scan", "localhost", "9-1"], "scan: the range 9-1 ends before it begins"),
        (["scan", "localhost", "0"], "scan: port 0 cannot be connected to"),
        (["scan", "localhost", "1-99999"], "scan: port 99999 is too large"),
        (["bench", "-c", "0", "80"], "bench: argument -c/--connections: '0' is not a number from 1 on"),
        (["check-ip", "/dev/null", "nowhere"], "check-ip: nowhere is not an IP address"),
        (["completion", "csh"], "completion: argument SHELL: invalid choice: 'csh'"),
    ],
)
def test_wrong_usage_is_one_line_and_2(args, message, capfd):
    if sys.platform == "win32":
        message = message.replace("the path of a unix socket", "the name of a named pipe")
        message = message.removesuffix("is not the path")
    with pytest.raises(SystemExit) as ended:
        main(args)
    out, text = capfd.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert message in text
    assert text.count("\n") == 1
    assert "--help`)" in text


def test_wrong_usage_of_a_process():
    status, out, err = done("connect", stdin=DEVNULL)
    assert (status, out) == (2, b"")
    assert err.startswith(b"python -m pynet connect: the following arguments are required: PLACE")


def test_help_needs_no_reader():
    reader, writer = os.pipe()
    os.close(reader)
    with cli("--help", stdout=writer) as process:
        os.close(writer)
        assert finished(process) == (0, None, b"")


@pytest.mark.posix_only("there is no /dev/full")
def test_help_on_a_full_disk_fails():
    with open("/dev/full", "wb") as full:
        assert done("--help", stdout=full) == (1, None, b"pynet: stdout: No space left on device\n")


def test_importing_pynet_does_not_import_the_command_line():
    text = "import sys, pynet; print([name for name in sys.modules if 'pynet._cli' in name or name == 'argparse'])"
    assert run_script(text).stdout == "[]\n"


@pytest.mark.parametrize("path", sorted((ROOT / "pynet" / "_cli").glob("*.py")), ids=lambda path: path.stem)
def test_only_public_names_of_pynet_are_used(path):
    """What the command line does, a program of a user can do."""
    private = re.findall(r"pynet\._(?!cli\b|_version__)\w+", path.read_text())
    assert private == []
    assert set(re.findall(r"(?<!\")\bpynet\.([a-zA-Z]\w*)", path.read_text())) <= {*dir(pynet), *TYPES}


# --- colours ---


def stderr_of(args, **env):
    """What a run writes to a terminal that is its stderr."""
    main, terminal = os.openpty()
    env = {"TERM": "xterm", "NO_COLOR": "", **env}
    process = cli(*args, stdin=DEVNULL, stderr=terminal, stdout=PIPE, env=env)
    os.close(terminal)
    try:
        return typed_at(main)
    finally:
        os.close(main)
        with contextlib.suppress(BrokenPipeError), process:
            pass


def test_errors_have_a_colour_on_a_terminal():
    assert stderr_of(["connect", "127.0.0.1", free_port()]).startswith(b"\x1b[31mpynet:\x1b[0m connect ECONNREFUSED")


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_may_be_switched_off(env):
    shown = stderr_of(["connect", "127.0.0.1", free_port()], **env)
    assert shown.startswith(b"pynet: connect ECONNREFUSED")
    assert b"\x1b" not in shown
