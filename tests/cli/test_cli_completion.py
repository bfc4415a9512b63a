"""Completions, tried in the shells themselves, and the man page."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import pynet
from commands import done
from paths import ROOT

MAN = ROOT / "docs" / "man"
SHELLS = ("bash", "zsh", "fish")


def tool(name, package=None):
    """The path of a program that a test needs."""
    return shutil.which(name) or pytest.fail(f"{name} is missing: apt-get install {package or name}")


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True, **options)


@pytest.fixture
def script(tmp_path):
    """A function that writes what `pynet completion SHELL` prints into a file."""

    def write(shell, name=None):
        status, out, err = done("completion", shell)
        assert (status, err) == (0, b"")
        path = tmp_path / (name or f"completion.{shell}")
        path.write_bytes(out)
        return path

    return write


# --- bash ---


@pytest.fixture
def bash(script, tmp_path):
    """A function that gives what bash offers for a command line: its last word is completed."""
    program = """
        source "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        entry=$(complete -p "$1") || exit 3
        function=${entry##*-F }; "${function%% *}" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    path = script("bash")

    def offered(*words):
        return set(run([tool("bash"), "-c", program, "bash", path, *words], cwd=tmp_path).stdout.split())

    return offered


COMMANDS = {"echo", "listen", "connect", "proxy", "scan", "bench", "check-ip", "completion"}


@pytest.mark.parametrize("program", ["pynet", "pynet-uv"])
def test_bash_completes_commands(bash, program):
    assert bash(program, "") >= COMMANDS
    assert bash(program, "co") == {"connect", "completion"}
    assert bash(program, "ch") == {"check-ip"}


def test_bash_completes_options(bash):
    assert bash("pynet", "proxy", "--d") == {"--delay", "--drop"}
    assert bash("pynet", "connect", "--no") == {"--no-half-close", "--no-stdin"}
    assert bash("pynet", "check-ip", "-") >= {"-q", "--quiet"}


def test_bash_completes_shells_and_files(bash, tmp_path):
    assert bash("pynet", "completion", "") == set(SHELLS)
    (tmp_path / "rules.txt").touch()
    assert bash("pynet", "check-ip", "ru") == {"rules.txt"}
    assert bash("pynet", "proxy", "--block-list", "ru") == {"rules.txt"}


def test_bash_itself_offers_them(tmp_path, script):
    """An interactive bash, with a tab."""
    main, terminal = os.openpty()
    rc = tmp_path / "rc"
    rc.write_text(f"source {script('bash')}\nPS1='ready> '\nbind 'set bell-style none' 2>/dev/null\n")
    environment = {**os.environ, "TERM": "dumb", "HOME": str(tmp_path), "INPUTRC": "/dev/null"}
    command = [tool("bash"), "--noprofile", "--rcfile", str(rc), "-i"]
    options = {"stdin": terminal, "stdout": terminal, "stderr": terminal, "env": environment, "cwd": tmp_path}
    with subprocess.Popen(command, start_new_session=True, **options) as process:
        os.close(terminal)
        shown = b""
        while b"ready> " not in shown:
            shown += os.read(main, 4096)
        os.write(main, b"pynet che\t")
        while b"pynet check-ip " not in shown:
            shown += os.read(main, 4096)
        process.kill()
    os.close(main)


# --- the others ---


def test_fish_completes(script, tmp_path):
    fish = tool("fish")
    path = script("fish")
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}

    def offered(line):
        code = f"source {path}; complete -C '{line}'"
        lines = run([fish, "--no-config", "-c", code], env=environment, cwd=tmp_path).stdout.splitlines()
        return {line.split("\t")[0] for line in lines}

    assert offered("pynet ") >= COMMANDS
    assert offered("pynet-uv co") == {"connect", "completion"}
    assert offered("pynet proxy --d") == {"--delay", "--drop"}
    assert offered("pynet completion ") >= set(SHELLS)


def test_zsh_completes(script, tmp_path):
    """zsh completes at a prompt only: one of its own, in a pseudo-terminal of its module zpty."""
    zsh = tool("zsh")
    script("zsh", "_pynet")
    program = """
        zmodload zsh/zpty
        zpty -b shell zsh -f -i
        zpty -w shell "PS1=; fpath=($1 \\$fpath); autoload -Uz compinit; compinit -u -d $1/dump; echo rea''dy"
        zpty -r -m shell text '*ready*'
        zpty -w -n shell "$2"$'\\t'
        zpty -r -m shell text "*$3*" && print -r -- "found"
    """
    environment = {**os.environ, "TERM": "dumb", "HOME": str(tmp_path)}

    def completes(typed, expected):
        command = [zsh, "-f", "-c", program, "zsh", str(tmp_path), typed, expected]
        return "found" in run(command, env=environment, cwd=tmp_path).stdout

    assert completes("pynet che", "pynet check-ip ")
    assert completes("pynet-uv proxy --blo", "--block-list")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_finds_no_fault(script, shell):
    run([tool(shell), "-n", script(shell)])


# --- the man page ---


def test_man_page_has_no_faults():
    done = subprocess.run(
        [tool("mandoc"), "-T", "lint", "-W", "warning", MAN / "pynet.1"], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_man_page_is_shown():
    text = run([tool("mandoc"), "-T", "utf8", "-O", "width=100", MAN / "pynet.1"]).stdout
    plain = text
    while "\b" in plain:
        at = plain.index("\b")
        plain = plain[: at - 1] + plain[at + 1 :]
    words = " ".join(plain.split())
    assert "pynet - TCP and unix sockets" in words
    assert f"pynet {pynet.__version__} " in words
    for name in COMMANDS:
        assert f"usage: pynet {name} " in words
    assert "EXIT STATUS 0 for success" in words
    assert "--block-list FILE" in words


def test_second_name_has_a_page():
    assert (MAN / "pynet-uv.1").read_text() == ".so man1/pynet.1\n"


def test_completions_are_in_the_package():
    folder = Path(pynet.__file__).parent / "_cli" / "completions"
    assert sorted(path.name for path in folder.iterdir()) == ["_pynet", "pynet.bash", "pynet.fish"]
