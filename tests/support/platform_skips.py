"""On Windows, a test that comes to what Windows does not have is skipped, with the name of it as the reason.

Two things count: pynet has refused a feature (ERR_FEATURE_UNAVAILABLE_ON_PLATFORM), or the test itself has used a name
of os, signal or socket, or a module, that CPython has on POSIX only. A missing name within pynet is a failure. What a
script of the test has written to its streams counts alike. FILES names files whose subject is not on Windows, LIST the
tests that do what Windows does not have, and would only fail."""

from __future__ import annotations

import errno
import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pynet
from pipe_names import UNDER_WINE

TESTS = Path(__file__).resolve().parent.parent
MODULES = {"fcntl", "grp", "pty", "pwd", "resource", "termios"}
NAMES = {
    "asyncio": {"open_unix_connection", "start_unix_server"},
    "os": {
        "chown", "fork", "forkpty", "geteuid", "getuid", "killpg", "mkfifo", "openpty", "register_at_fork",
        "set_blocking",
        "sysconf", "umask", "waitstatus_to_exitcode", "WNOHANG",
    },
    "signal": {
        "ITIMER_REAL", "SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGUSR1", "SIGUSR2",
        "alarm", "pthread_kill", "pthread_sigmask", "setitimer", "sigpending", "siginterrupt",
    },
    "socket": {"AF_UNIX", "CMSG_SPACE", "MSG_DONTWAIT", "SO_PEERCRED", "SO_REUSEPORT", "recv_fds", "send_fds"},
    "select": {"epoll", "kqueue", "poll"},
}  # fmt: skip
MISSING = re.compile(r"module '(\w+)' has no attribute '(\w+)'")
# The last place of a traceback in a script of a test, which is a -c or a file of the tests, and the error.
SCRIPT = re.compile(
    r"""File "(?:<string>|[^"\n]*[\\/]tests[\\/][^"\n]*)", line .*\n(?:    .*\n)*"""
    r"(?:AttributeError: module '(?P<module>\w+)' has no attribute '(?P<name>\w+)'"
    r"|ModuleNotFoundError: No module named '(?P<missing>\w+)')"
)
REFUSED = re.compile(r"The feature \S+ is unavailable on this platform|which is unavailable on Windows")
# The path within tests/, or the beginning of it, and why.
FILES = {
    "aio/test_attached": "asyncio drives no loop of pynet (pynet.aio.run(), attached())",
    "aio/test_embed_hosts.py": "no host drives pynet's loop (embed())",
    "cluster/": "there is no pynet.cluster",
    "core/": "the C programs are built by the compiler of Linux",
    "handles/": "no descriptors travel (send_handle(), multiprocessing)",
    "cli/test_cli_nc.py": "there is no nc",
    "cli/test_cli_serve.py": "there is no `pynet serve`",
    "differential/": "the traces are those of Node for Linux",
    "examples/test_example_all_cores.py": "there is no pynet.cluster",
    "examples/test_example_block_list.py": "there is no SIGHUP",
    "examples/test_example_peer_credentials.py": "the system knows no credentials of the peer",
    "examples/test_example_send_handles.py": "no descriptors travel (send_handle(), multiprocessing)",
    "examples/test_example_serial_server.py": "there are no pseudo-terminals",
    "loop/test_active_truth.py": "the model is that of POSIX: half-close, buffers of the kernel",
    "loop/test_driver_dead.py": "the loop watches no descriptor, and so does not die of one",
    "loop/test_driver_descriptors.py": "the loop watches no descriptor, and so does not die of one",
    "loop/test_driver_fork.py": "there is no fork()",
    "loop/test_driver_grace": "a process gets no signals of others",
    "loop/test_driver_pending.py": "the loop watches no descriptor, and so does not die of one",
    "loop/test_driver_signals.py": "there is Ctrl-C only (test_named_pipes.py), and no signals of others",
    "loop/test_driver_numbers.py": "the numbers of handles are not used again at once",
    "loop/test_embed": "no host drives pynet's loop (embed())",
    "package/test_stubs_types.py": "it checks the types, as on Linux",
    "repository/": "it checks the sources and the build",
    "server/test_listen_access.py": "pipes are no files (mode=, group=)",
    "server/test_listen_stale_path.py": "pipes are no files (unlink_stale=)",
    "server/test_server_poll_error.py": "the loop does not poll()",
    "server/test_server_shortage.py": "the number of handles has no limit",
    "server/test_server_unix_paths.py": "pipes are no files",
    "server/test_shared_": "there is no pynet.cluster",
    "stream/test_duplex_model.py": "the model is that of POSIX: half-close, buffers of the kernel",
    "stream/test_read_direct.py": "a thread that waits does not read itself",
    "stress/": "it needs tools of Linux (allocations that fail, /proc)",
}
LIST = Path(__file__).with_name("windows_skips.txt")
_said: list[str] = []  # what the scripts of this test have written


def reason(error: BaseException, file: str) -> str | None:
    """Why this is no failure; None: it is one. `file` has raised the error."""
    if isinstance(error, pynet.NetError) and error.code == "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM":
        return str(error)
    if isinstance(error, pytest.fail.Exception) and "apt-get install" in str(error):
        return str(error).partition(":")[0]
    if TESTS not in Path(file).resolve().parents:
        return None
    if isinstance(error, OSError) and "has no half-close" in str(error):
        return "a named pipe has no half-close"
    if isinstance(error, OSError) and not isinstance(error, pynet.NetError) and error.errno == errno.EBADF:
        return "a socket is no descriptor of the C library (os.close(), os.fstat(), ...)"
    if isinstance(error, ModuleNotFoundError):
        return missing_module(error.name)
    if isinstance(error, AttributeError) and (found := MISSING.search(str(error))):
        return missing_name(*found.groups())
    return None


def missing_module(name: str | None) -> str | None:
    return f"there is no module {name}" if name in MODULES else None


def missing_name(module: str, name: str) -> str | None:
    return f"there is no {module}.{name}" if name in NAMES.get(module, ()) else None


def reason_of_script(text: str) -> str | None:
    """The same for what a script has written."""
    if found := REFUSED.search(text):
        return found[0]
    for found in SCRIPT.finditer(text):
        why = missing_module(found["missing"]) if found["missing"] else missing_name(found["module"], found["name"])
        if why is not None:
            return why
    return None


def reason_of_file(path: Path) -> str | None:
    inside = path.resolve().relative_to(TESTS).as_posix()
    return next((why for start, why in FILES.items() if inside.startswith(start)), None)


@functools.cache
def listed() -> dict[str, str]:
    """The reasons of LIST, by the ID of the test."""
    found, why = {}, ""
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            why = line[2:]
        elif line:
            found[line] = why
    return found


def reason_of_list(nodeid: str) -> str | None:
    return listed().get(nodeid) or listed().get(nodeid.partition("[")[0])


def note(text: str) -> None:
    """A program of the test has written this."""
    _said.append(text)


if sys.platform == "win32":

    def _noting(communicate):
        def noted(self, *args, **options):
            streams = communicate(self, *args, **options)
            _said.extend(s if isinstance(s, str) else s.decode(errors="replace") for s in streams if s)
            return streams

        return noted

    subprocess.Popen.communicate = _noting(subprocess.Popen.communicate)  # type: ignore[method-assign]


def reason_of_marker(item: pytest.Item, name: str) -> str | None:
    """With `only`, a marker holds for the parameters that have this word in their ID: "unix", "tcp"."""
    callspec = getattr(item, "callspec", None)
    words = callspec.id.split("-") if callspec is not None else []
    for marker in item.iter_markers(name):
        if "only" not in marker.kwargs or marker.kwargs["only"] in words:
            return marker.args[0]
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """The markers posix_only("why"): what the test is about is not on Windows; wine_fault("why"): wine cannot do it."""
    if sys.platform != "win32":
        return
    _said.clear()
    why = reason_of_marker(item, "posix_only") or reason_of_file(item.path) or reason_of_list(item.nodeid)
    if why is not None:
        pytest.skip(f"not on Windows: {why}")
    if UNDER_WINE and (why := reason_of_marker(item, "wine_fault")) is not None:
        pytest.skip(f"wine: {why}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if sys.platform == "win32" and report.failed and call.excinfo is not None:
        last = call.excinfo.traceback[-1]
        said = "\n".join([*_said, str(call.excinfo.value)]).replace("\r\n", "\n")
        why = reason(call.excinfo.value, str(last.path)) or reason_of_script(said)
        if getattr(item, "not_there", False):
            why = "see above"
        if why is not None:
            item.not_there = True  # it may have left handles
            report.outcome = "skipped"
            report.longrepr = (str(item.path), item.location[1] or 0, f"Skipped: not on Windows: {why}")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    if sys.platform == "win32" and report.failed:
        if (why := reason_of_file(collector.path)) is not None:
            report.outcome = "skipped"
            report.longrepr = (str(collector.path), 0, f"Skipped: not on Windows: {why}")
            return report
        text = str(report.longrepr)
        missing = re.search(r"No module named '(\w+)'", text) or MISSING.search(text)
        if missing is not None and (missing[1] in MODULES or missing[missing.lastindex] in NAMES.get(missing[1], ())):
            report.outcome = "skipped"
            report.longrepr = (str(collector.path), 0, f"Skipped: not on Windows: {missing[0]}")
    return report
