"""On Windows, a test that comes to what Windows does not have is skipped, with the name of it as the reason.

Two things count: pynet has refused a feature (ERR_FEATURE_UNAVAILABLE_ON_PLATFORM), or the test itself has used a name
of os, signal or socket, or a module, that CPython has on POSIX only. A missing name within pynet is a failure. What a
script of the test has written to its streams counts alike. FILES names files whose subject is not on Windows. A test
that fails and does what Windows does not have (DOES) is skipped, too."""

from __future__ import annotations

import errno
import inspect
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
# What a test or its script does, in its source: if it fails, this is why.
DOES = [
    (re.compile(r"/proc/|/dev/fd"), "there is no /proc"),
    (
        re.compile(r"os\.kill\(|send_signal\(|signal\.raise_signal\(|SIGTERM|SIGHUP"),
        "a process gets no signals of others",
    ),
    (re.compile(r"set_blocking\("), "there is no O_NONBLOCK"),
    (re.compile(r"preexec_fn|pass_fds"), "processes are not forked"),
    (re.compile(r"select\.select"), "select() takes sockets only"),
    (re.compile(r"is_socket\(\)|\.stat\(|st_mode"), "pipes are no files"),
    (re.compile(r"\bfork(ed)?\b|os\.fork"), "there is no fork()"),
    (re.compile(r"AF_UNIX|open_unix_connection|start_unix_server"), "there is no socket.AF_UNIX"),
    (re.compile(r"LD_PRELOAD|strace|\bnc\b"), "the tool is not there"),
]
DOES_ON_PIPES = [
    (re.compile(r"half_open|allowHalfOpen|SHUT_WR|SHUT_RD"), "a named pipe has no half-close"),
    (
        re.compile(r"writable_length|buffer_size|bytes_written|need_drain|high_water_mark|write_buffer"),
        "a write to a pipe is never finished within the call",
    ),
    (re.compile(r"\.local\b|\.remote\b|local_address|peer_text"), "an accepted pipe has no name"),
    (re.compile(r"fileno\(\)|getsockopt|setsockopt|detach\("), "a pipe is no socket of Python"),
]
DOES_ON_TCP = [
    (re.compile(r"_000_000|<< ?2\d|\bBIG\b|need_drain|\bfill"), "the system takes a big write at once"),
]
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


def source_of(item: pytest.Item) -> str:
    """That of the test, and the texts of its module that it names: they are scripts."""
    function = item.function  # type: ignore[attr-defined]
    try:
        source = inspect.getsource(function)
    except OSError:
        return ""
    texts = [value for name, value in vars(item.module).items() if isinstance(value, str) and name in source]
    return "\n".join([source, *texts])


def reason_of_source(item: pytest.Item) -> str | None:
    if not hasattr(item, "function"):
        return None
    callspec = getattr(item, "callspec", None)
    on_pipes = "unix" in callspec.id.split("-") if callspec is not None else False
    source = source_of(item)
    reasons = DOES + (DOES_ON_PIPES if on_pipes else DOES_ON_TCP)
    return next((why for does, why in reasons if does.search(source)), None)


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
    why = reason_of_marker(item, "posix_only") or reason_of_file(item.path)
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
        if why is None and call.when != "teardown":
            why = reason_of_source(item)
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
