"""The rules of the sources: layers, sizes, names, no writable globals, no fixed ports, nothing of one machine."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from paths import ROOT, TESTS

CSRC = ROOT / "csrc"
LAYERS = ("core", "uvio", "py")  # each may use those before it
MAX_FILE_LINES = 700
MAX_FUNCTION_LINES = 80

TEXT_SUFFIXES = {".c", ".h", ".py", ".pyi", ".md", ".sh", ".toml", ".js", ".mjs", ".in", ".yaml", ".yml", ".json", ""}
NOT_OURS = {".git", ".venv", ".deps", ".node", "build", "dist", "vendor", "__pycache__", "node_modules"}

# The headers that C11 itself has.
C11_HEADERS = {
    f"{name}.h"
    for name in (
        "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg "
        "stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype"
    ).split()
}
PYTHON_HEADERS = {"Python.h", "structmember.h", "datetime.h", "frameobject.h"}
# What csrc/py may include: it is compiled for POSIX and for Windows. uv.h brings in the sockets of the platform.
PORTABLE_HEADERS = (C11_HEADERS | PYTHON_HEADERS | {"uv.h"}) - {"errno.h", "signal.h", "threads.h", "time.h"}
# What POSIX has, and Windows has not, or in another form.
POSIX_FUNCTIONS = (
    "accept access bind chmod clock_gettime close closedir connect dup dup2 execve fchmod fchown fcntl fork fstat "
    "getaddrinfo geteuid getgid getgrnam getpeername getpid getpwnam getsockname getsockopt getuid htonl htons "
    "inet_ntop inet_pton ioctl isatty kill listen lseek lstat memfd_create mmap munmap nanosleep ntohl ntohs open pipe "
    "poll ppoll read readv recv recvmsg select send sendmsg setsockopt shutdown sigaction sigprocmask sleep socket "
    "socketpair stat strcasecmp strdup strerror_r strndup strnlen sysconf umask unlink usleep waitpid write writev"
).split()
POSIX_NAMES = re.compile(
    rf"(?<![\w.>])(?:{'|'.join(POSIX_FUNCTIONS)}|pthread_\w+|epoll_\w+)\(|\berrno\b(?!\()"
    r"|\b(?:mode|gid|uid|pid|dev|ino|off|socklen|sigset|time)_t\b"
    r"|\bstruct (?:sockaddr\w*|stat|pollfd|timespec|timeval)\b"
    r"|\b(?:S_I[A-Z]+|SIG[A-Z0-9]+|STD(?:IN|OUT|ERR)_FILENO|O_(?:CLOEXEC|NONBLOCK)|[FRWX]_OK)\b|\b__attribute__\b"
)

# Writable data: CPython wants these tables writable ...
ALLOWED_TABLES = re.compile(r"^\w*(methods|getset|members|slots|spec|module|module_def|moduledef)(_\w+)?(\.\d+)?$")
# ... and the toolchain adds these.
ALLOWED_TOOLCHAIN = re.compile(
    r"^(completed(\.\d+)?|__dso_handle|__data_start|data_start|__bss_start|_edata|_end|_DYNAMIC|_GLOBAL_OFFSET_TABLE_"
    r"|__TMC_END__|__do_global_dtors_aux_fini_array_entry|__frame_dummy_init_array_entry|object\.\d+|dtor_idx\.\d+)$"
)


def our_files():
    for folder, names, files in os.walk(ROOT):
        names[:] = [
            n for n in names if n not in NOT_OURS and not n.endswith((".egg-info", "_cache")) and n != ".hypothesis"
        ]
        for name in files:
            path = Path(folder, name)
            if path.suffix in TEXT_SUFFIXES and name not in NOT_OURS:  # .git is a file in a linked worktree
                yield path


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def text_of(path):
    return path.read_text(encoding="utf-8", errors="replace")


def c_files(folder=CSRC):
    return sorted(p for p in folder.rglob("*") if p.suffix in (".c", ".h"))


# --- layers ---


def include_errors(path, layer):
    for kind, header in re.findall(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', text_of(path), re.M):
        if kind == '"':
            target = next((t for t in ((path.parent / header), (CSRC / header)) if t.is_file()), None)
            if target is None:
                yield f'"{header}" is no file of ours'
            elif LAYERS.index(target.resolve().relative_to(CSRC).parts[0]) > LAYERS.index(layer):
                yield f'"{header}" is of a layer above {layer}'
        elif layer == "core" and header not in C11_HEADERS:
            yield f"<{header}> is not of the C standard library"
        elif layer != "py" and (header in PYTHON_HEADERS or header.startswith(("cpython/", "internal/"))):
            yield f"<{header}> belongs to csrc/py"


@pytest.mark.parametrize("layer", LAYERS)
def test_layer_includes_only_what_is_below_it(layer):
    assert (CSRC / layer).is_dir()
    errors = [f"{name_of(p)}: {e}" for p in c_files(CSRC / layer) for e in include_errors(p, layer)]
    assert errors == []


def test_py_includes_no_header_of_one_platform():
    errors = [
        f"{name_of(p)}: <{header}>"
        for p in c_files(CSRC / "py")
        for header in re.findall(r"^\s*#\s*include\s*<([^>]+)>", text_of(p), re.M)
        if header not in PORTABLE_HEADERS
    ]
    assert errors == []


def posix_names(text):
    code = re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', "", text, flags=re.S)
    return [found[0] for found in POSIX_NAMES.finditer(code)]


def test_py_names_nothing_of_posix():
    """What csrc/py needs of the platform is in csrc/uvio, once for POSIX and once for Windows."""
    assert {name_of(p): names for p in c_files(CSRC / "py") if (names := posix_names(text_of(p)))} == {}


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("close(fd);", ["close("]),
        ("struct stat st;", ["struct stat"]),
        ("mode_t mode = S_IRUSR;", ["mode_t", "S_IRUSR"]),
        ('pn_fd_close(fd); io->close(fd); "close(fd)" /* close(fd) */', []),
    ],
)
def test_a_name_of_posix_is_found(line, names):
    assert posix_names(line) == names


def test_every_c_file_is_in_a_layer():
    assert [name_of(p) for p in c_files() if p.relative_to(CSRC).parts[0] not in LAYERS] == []


def test_feature_macros_are_left_to_the_build():
    pattern = re.compile(r"^\s*#\s*define\s+_(GNU|POSIX_C|XOPEN|DEFAULT|DARWIN_C)_SOURCE\b", re.M)
    assert [name_of(p) for p in c_files() if pattern.search(text_of(p))] == []


# --- sizes ---


def lines_to_read(path):
    """How many lines a file has; docstrings of stubs, which are generated, do not count."""
    text = text_of(path)
    count = text.count("\n")
    if path.suffix == ".pyi":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and ast.get_docstring(node):
                count -= node.body[0].end_lineno - node.body[0].lineno + 1
    return count


def test_files_are_short():
    counted = {name_of(p): lines_to_read(p) for p in our_files() if p.suffix not in (".json", "")}
    assert {name: lines for name, lines in counted.items() if lines > MAX_FILE_LINES} == {}


def c_functions(path):
    """(header, first line, number of lines) of each function: with our layout its braces stand in column 0."""
    lines = text_of(path).split("\n")
    for start, line in enumerate(lines):
        if line != "{":
            continue
        end = next(i for i in range(start, len(lines)) if lines[i] == "}")
        first = start
        while first > 0 and lines[first - 1].strip() and not re.search(r"[;}]\s*$|\*/\s*$|^\s*#", lines[first - 1]):
            first -= 1
        yield " ".join(lines[first:start]), first + 1, end - first + 1


def test_c_functions_are_short():
    folders = [CSRC, ROOT / "bench", TESTS]
    long = [
        f"{name_of(p)}:{first}: {lines} lines"
        for folder in folders
        for p in c_files(folder)
        for _, first, lines in c_functions(p)
        if lines > MAX_FUNCTION_LINES
    ]
    assert long == []


def test_python_functions_are_short():
    long = []
    for path in our_files():
        text = text_of(path) if path.suffix == ".py" else ""
        if text.count("\n") <= MAX_FUNCTION_LINES:  # as nearly all scenarios
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    long.append(f"{name_of(path)}:{node.lineno}: {node.name} has {lines} lines")
    assert long == []


# --- names ---


def test_c_functions_seen_by_other_files_have_the_prefix():
    bad = []
    seen = 0
    for path in c_files():
        for header, first, _ in c_functions(path):
            match = re.search(r"(\w+)\s*\(", header)
            assert match, f"{name_of(path)}:{first}: not understood: {header}"
            seen += 1
            if not re.search(r"\bstatic\b", header) and not match[1].startswith("pn_") and match[1] != "PyInit__pynet":
                bad.append(f"{name_of(path)}:{first}: {match[1]}")
    assert seen > 0
    assert bad == []


# --- the built module ---


@pytest.fixture(scope="module")
def built_module():
    if sys.platform != "linux":
        pytest.skip("reads ELF symbol tables")
    if shutil.which("nm") is None:
        pytest.skip("nm is not installed (binutils)")
    import pynet._pynet

    return pynet._pynet.__file__


def symbols(*args):
    env = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}
    done = subprocess.run(["nm", "--format=sysv", *args], check=True, capture_output=True, text=True, env=env)
    for line in done.stdout.splitlines():
        fields = [field.strip() for field in line.split("|")]
        if len(fields) == 7 and fields[0] != "Name":
            yield fields[0], fields[6]  # name, section


def is_instrumented(module):
    return any(name.startswith(("__asan_", "__ubsan_", "__gcov_")) for name, _ in symbols(module))


def test_module_exports_only_its_init_function(built_module):
    if is_instrumented(built_module):
        pytest.skip("a sanitizer or gcov exports names of its own")
    exported = {name for name, section in symbols("-D", "--defined-only", built_module)}
    assert exported - {"_init", "_fini", "_edata", "_end", "__bss_start"} == {"PyInit__pynet"}


def test_module_has_no_writable_globals(built_module):
    if is_instrumented(built_module):
        pytest.skip("a sanitizer or gcov adds globals of its own")
    names = {name for name, _ in symbols("--defined-only", built_module)}
    if not names or "uv_loop_init" in names:
        pytest.skip("the module was stripped" if not names else "libuv is inside, with globals of its own")
    writable = {
        name
        for name, section in symbols("--defined-only", built_module)
        if re.match(r"\.(data|bss|tdata|tbss)$", section)
    }
    assert writable, "nm found no writable symbol at all"
    strange = {n for n in writable if not ALLOWED_TABLES.match(n) and not ALLOWED_TOOLCHAIN.match(n)}
    assert strange == set()


# --- tests, and what is published ---


def test_tests_use_no_fixed_ports():
    """A number in a place where only a port or a backlog fits; backlogs are small. `# no port` excuses a line."""
    place = re.compile(
        r"""(?:\blisten\(\s*|\bbind\(\(\s*[^,()]*,\s*|\bport["']?\s*[=:]\s*|\bconnect\(\s*|\bcreate_connection\(\(?[^,()]*,?\s*)
            (?P<port>\d[\d_]*)\b""",
        re.X,
    )
    found = []
    for path in TESTS.rglob("*.py"):
        for number, line in enumerate(text_of(path).split("\n"), 1):
            ports = [int(m["port"].replace("_", "")) for m in place.finditer(line)]
            if any(1024 <= port <= 65535 for port in ports) and "# no port" not in line:
                found.append(f"{name_of(path)}:{number}: {line.strip()}")
    assert found == []


def test_nothing_names_somebodys_machine():
    """Absolute paths of one machine, and documents that are not in this repository."""
    folders = ("home", "root", "Users", "work", "workspace")
    pattern = re.compile(
        r"(?<![\w.~*)}-])/(?:"
        + "|".join(folders)
        + r")/\w|\.\./"
        + "shared"
        + r"\b|\bnode-net"
        + r"-facts|\bstyle"
        + r"-anchors"
    )
    found = []
    for path in our_files():
        for number, line in enumerate(text_of(path).split("\n"), 1):
            if pattern.search(line):
                found.append(f"{name_of(path)}:{number}: {line.strip()[:100]}")
    assert found == []
