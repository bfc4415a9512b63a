"""On Windows, a test that comes to what Windows does not have is skipped, with the name of it as the reason.

Two things count: pynet has refused a feature (ERR_FEATURE_UNAVAILABLE_ON_PLATFORM), or the test itself has used a name
of os, signal or socket, or a module, that CPython has on POSIX only. A missing name within pynet is a failure."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import pynet

TESTS = Path(__file__).resolve().parent.parent
MODULES = {"fcntl", "grp", "pty", "pwd", "resource", "termios"}
NAMES = {
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


def reason(error: BaseException, file: str) -> str | None:
    """Why this is no failure; None: it is one. `file` has raised the error."""
    if isinstance(error, pynet.NetError) and error.code == "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM":
        return str(error)
    if TESTS not in Path(file).resolve().parents:
        return None
    if isinstance(error, ModuleNotFoundError) and error.name in MODULES:
        return f"there is no module {error.name}"
    if isinstance(error, AttributeError) and (found := MISSING.search(str(error))):
        module, name = found.groups()
        if name in NAMES.get(module, ()):
            return f"there is no {module}.{name}"
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if sys.platform == "win32" and report.failed and call.excinfo is not None:
        last = call.excinfo.traceback[-1]
        why = reason(call.excinfo.value, str(last.path))
        if why is not None:
            report.outcome = "skipped"
            report.longrepr = (str(item.path), item.location[1] or 0, f"Skipped: not on Windows: {why}")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    if sys.platform == "win32" and report.failed:
        text = str(report.longrepr)
        missing = re.search(r"No module named '(\w+)'", text) or MISSING.search(text)
        if missing is not None and (missing[1] in MODULES or missing[missing.lastindex] in NAMES.get(missing[1], ())):
            report.outcome = "skipped"
            report.longrepr = (str(collector.path), 0, f"Skipped: not on Windows: {missing[0]}")
    return report
