"""Builds the C extension pynet._pynet; everything else about the package is in pyproject.toml.

libuv is compiled into the extension when its source is in vendor/libuv: always in the source distribution, and in a
clone after `bash tools/libuv.sh`. Otherwise the extension is linked with the system's libuv.

Environment:
  PYNET_SYSTEM_LIBUV=1 use the libuv that pkg-config finds, also when vendor/libuv is there
  PYNET_LIBUV=PREFIX   use the libuv in PREFIX/include and PREFIX/lib
  PYNET_LTO=1          optimisation across the hot files (HOT below), by the linker
  PYNET_WERROR=1       many warnings, and each is an error (for us, not for those who install pynet)
  PYNET_DEBUG=1        no optimisation, assertions on
  PYNET_SANITIZE=1     AddressSanitizer and UndefinedBehaviorSanitizer, assertions on
  PYNET_COVERAGE=1     gcov's counters
  PYNET_PREBUILT=FILE  takes this module and compiles nothing (tools/windows_wheel.py)
  PYNET_CFLAGS=...     more flags for compiler and linker, last
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist

ROOT = Path(__file__).resolve().parent
LIBUV_MINIMUM = (1, 44)
OTHER_PLATFORM = "posix" if sys.platform == "win32" else "windows"  # of csrc/uvio: not compiled here
VENDORED = "vendor/libuv"

# What libuv's own build compiles for Linux.
LIBUV_SOURCES = """
    fs-poll idna inet random strscpy strtok thread-common threadpool timer uv-common uv-data-getter-setters version
    unix/async unix/core unix/dl unix/fs unix/getaddrinfo unix/getnameinfo unix/loop-watcher unix/loop unix/pipe
    unix/poll unix/process unix/proctitle unix/random-devurandom unix/signal unix/stream unix/tcp unix/thread unix/tty
    unix/udp unix/linux unix/procfs-exepath unix/random-getrandom unix/random-sysctl-linux
"""
LIBUV_MACROS = ["-D_FILE_OFFSET_BITS=64", "-D_LARGEFILE_SOURCE", "-D_GNU_SOURCE", "-D_POSIX_C_SOURCE=200112"]
# Included before all else: the system call that makes a ring does not exist, and libuv uses epoll_ctl(2). With a ring,
# libuv ends the process when a program closes that descriptor by mistake; pynet bears that for all others.
LIBUV_FIRST = """\
#include <sys/syscall.h>
#undef __NR_io_uring_setup
#define __NR_io_uring_setup (-1)
"""

# What each message and each connection runs, by callgrind: -O2, and with PYNET_LTO optimised across files. All other
# files are compiled for size, each on its own: the linker would copy them into their callers. tools/wheels.py has the
# limit of a wheel.
HOT = f"""
    {VENDORED}/src/unix/core {VENDORED}/src/unix/linux {VENDORED}/src/unix/loop {VENDORED}/src/unix/stream
    csrc/core/addr csrc/core/chunkq csrc/core/ip csrc/core/timers csrc/core/tls_records
    csrc/core/cover_tree
    csrc/uvio/fd_table csrc/uvio/listener csrc/uvio/loop csrc/uvio/stream csrc/uvio/posix/listener_posix
    csrc/uvio/posix/loop_posix csrc/uvio/posix/poll_fds csrc/uvio/posix/ready csrc/uvio/posix/stream_posix
    csrc/uvio/posix/wake_fd
    csrc/py/base/args
    csrc/py/loop/driver csrc/py/loop/tick csrc/py/loop/waiter
    csrc/py/events/add csrc/py/events/emit csrc/py/events/emitter_type csrc/py/events/event_names
    csrc/py/events/listeners csrc/py/events/missed csrc/py/events/waiting
    csrc/py/stream/data_event csrc/py/stream/destroy csrc/py/stream/duplex_events csrc/py/stream/idle
    csrc/py/stream/pipe csrc/py/stream/read_direct csrc/py/stream/read_loop csrc/py/stream/read_queue
    csrc/py/stream/read_slot csrc/py/stream/readable csrc/py/stream/reads csrc/py/stream/writable
    csrc/py/stream/writable_methods csrc/py/stream/writes
    csrc/py/socket/socket_accept csrc/py/socket/socket_extras csrc/py/socket/socket_handle
    csrc/py/tls/tls_bio csrc/py/tls/tls_calls csrc/py/tls/tls_direct csrc/py/tls/tls_filter csrc/py/tls/tls_in
    csrc/py/tls/tls_out
    csrc/py/server/server_accept
"""

LIBUV_HELP = """\
Fetch its source, which is then compiled into the extension:
    in a clone, on Linux:  bash tools/libuv.sh
or install libuv's development files:
    Debian, Ubuntu:  apt-get install libuv1-dev pkg-config
    Fedora, RHEL:    dnf install libuv-devel pkgconf-pkg-config
    Alpine:          apk add libuv-dev pkgconf
    macOS:           brew install libuv pkg-config
or set PYNET_LIBUV to the prefix of a libuv that has include/uv.h and lib/libuv.so (or libuv.a)."""

COMPILER_HELP = """\
Install a C compiler:
    Debian, Ubuntu:  apt-get install gcc libc6-dev
    Fedora, RHEL:    dnf install gcc
    Alpine:          apk add gcc musl-dev
    macOS:           xcode-select --install
or set CC to one."""

HEADERS_HELP = """\
Install Python's development files:
    Debian, Ubuntu:  apt-get install python3-dev
    Fedora, RHEL:    dnf install python3-devel
    Alpine:          apk add python3-dev"""


def stop(reason, help_text=""):
    """Ends the build with one message, no traceback."""
    raise SystemExit(f"\npynet cannot be built: {reason}\n{help_text}".rstrip())


def switched_on(name):
    return os.environ.get(name, "") not in ("", "0")


# --- libuv ---


class Libuv:
    """What the compiler and the linker need to know of the libuv that was found."""

    def __init__(self, include_dirs, compile_args, link_args, sources=()):
        self.include_dirs = include_dirs
        self.compile_args = compile_args
        self.link_args = link_args
        self.sources = list(sources)


def libuv_version(include_dirs):
    """(major, minor) by the header that would be compiled against; None when there is none."""
    for directory in include_dirs:
        header = Path(directory, "uv", "version.h")
        if header.is_file():
            found = dict(re.findall(r"#define\s+UV_VERSION_(MAJOR|MINOR)\s+(\d+)", header.read_text(errors="replace")))
            if len(found) == 2:
                return int(found["MAJOR"]), int(found["MINOR"])
    return None


def require_version(version, where):
    if version is None:
        stop(f"no libuv in {where} (include/uv/version.h is missing).", LIBUV_HELP)
    if version < LIBUV_MINIMUM:
        have, need = (".".join(map(str, v)) for v in (version, LIBUV_MINIMUM))
        stop(f"libuv {have} in {where} is too old, {need} or newer is needed.", LIBUV_HELP)


def libuv_from_prefix(prefix):
    prefix = Path(prefix).expanduser().resolve()
    where = f"PYNET_LIBUV={prefix}"
    include = prefix / "include"
    require_version(libuv_version([include]), where)
    folders = [prefix / "lib", prefix / "lib64"]
    multiarch = sysconfig.get_config_var("MULTIARCH")
    if multiarch:
        folders.insert(1, prefix / "lib" / multiarch)
    for folder in folders:
        if any((folder / name).exists() for name in ("libuv.so", "libuv.dylib")):
            return Libuv([str(include)], [], [f"-L{folder}", "-luv", f"-Wl,-rpath,{folder}"])
    system_libs = ["-lpthread"] if sys.platform == "darwin" else ["-lpthread", "-ldl", "-lrt"]
    for folder in folders:
        for name in ("libuv.a", "libuv_a.a"):
            if (folder / name).exists():
                return Libuv([str(include)], [], [str(folder / name), *system_libs])
    looked = ", ".join(str(folder) for folder in folders)
    stop(f"{where} has the headers of libuv, but neither libuv.so nor libuv.a is in {looked}.", LIBUV_HELP)


def pkg_config(*args):
    tool = os.environ.get("PKG_CONFIG", "pkg-config")
    try:
        done = subprocess.run([*shlex.split(tool), *args, "libuv"], capture_output=True, text=True)
    except OSError:
        stop("libuv was not looked for, as there is no pkg-config.", LIBUV_HELP)
    if done.returncode != 0:
        stop("libuv was not found by pkg-config.", LIBUV_HELP)
    return done.stdout.strip()


def libuv_from_pkg_config():
    text = pkg_config("--modversion")
    match = re.match(r"(\d+)\.(\d+)", text)
    require_version(match and (int(match[1]), int(match[2])), f"pkg-config (version {text})")
    include_dirs, compile_args = [], []
    for flag in shlex.split(pkg_config("--cflags")):
        if flag.startswith("-I"):
            include_dirs.append(flag[2:])
        else:
            compile_args.append(flag)
    return Libuv(include_dirs, compile_args, shlex.split(pkg_config("--libs")))


def has_vendored_libuv():
    return sys.platform == "linux" and (ROOT / VENDORED / "include" / "uv.h").is_file()


def libuv_from_source():
    # With UV_EXTERN defined as nothing, libuv's functions are hidden as ours are.
    sources = [f"{VENDORED}/src/{name}.c" for name in LIBUV_SOURCES.split()]
    return Libuv([f"{VENDORED}/include"], ["-DUV_EXTERN="], ["-lpthread", "-ldl", "-lrt"], sources)


def find_libuv():
    prefix = os.environ.get("PYNET_LIBUV")
    if prefix:
        return libuv_from_prefix(prefix)
    if has_vendored_libuv() and not switched_on("PYNET_SYSTEM_LIBUV"):
        return libuv_from_source()
    return libuv_from_pkg_config()


# --- flags ---


def is_optimised():
    return not any(switched_on(name) for name in ("PYNET_SANITIZE", "PYNET_DEBUG", "PYNET_COVERAGE"))


def optimisation(source):
    """The flags that depend on the file."""
    across = ["-flto"] if switched_on("PYNET_LTO") else []
    if not is_optimised():
        return across
    if source.removesuffix(".c") in HOT.split():
        return ["-O2", *across]
    # Each function has a section of its own: the linker leaves out those without a caller, most of libuv.
    return ["-Os", "-ffunction-sections", "-fdata-sections"]


def mode_flags():
    """(compile, link) flags of the kind of build that the environment asks for."""
    compile_args = ["-std=c11", "-fvisibility=hidden"]
    # -std=c11 hides POSIX; Python.h turns it on for those who include it, this does for all.
    compile_args.append("-D_DARWIN_C_SOURCE=1" if sys.platform == "darwin" else "-D_GNU_SOURCE=1")
    link_args = ["-Wl,-z,relro,-z,now"] if sys.platform == "linux" else []
    if switched_on("PYNET_SANITIZE"):
        sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
        compile_args += ["-O1", "-g", "-UNDEBUG", "-fno-omit-frame-pointer", *sanitizers]
        link_args += sanitizers
    elif switched_on("PYNET_DEBUG"):
        compile_args += ["-O0", "-g", "-UNDEBUG"]
    elif switched_on("PYNET_COVERAGE"):
        compile_args += ["-O0", "-g", "-DNDEBUG"]
    else:
        compile_args.append("-DNDEBUG")
        if sys.platform == "linux":
            link_args.append("-Wl,--gc-sections")
    if switched_on("PYNET_COVERAGE"):
        compile_args.append("--coverage")
        link_args.append("--coverage")
        if sys.platform == "linux":
            link_args.append("-Wl,-u,__gcov_dump")  # tools/coverage_exit.py calls it
    if switched_on("PYNET_LTO"):
        link_args.append("-flto")
    if switched_on("PYNET_WERROR"):
        compile_args += ["-Wall", "-Wextra", "-Wconversion", "-Werror"]
    extra = shlex.split(os.environ.get("PYNET_CFLAGS", ""))
    return compile_args + extra, link_args + extra


def libuv_flags(compile_args):
    """Those of our own files, but in the dialect that libuv is written in, and without their warnings."""
    kept = [arg for arg in compile_args if not arg.startswith(("-std=", "-W", "-D_GNU_SOURCE"))]
    return ["-std=gnu11", *LIBUV_MACROS, *kept, "-w"]


def system_includes(directories):
    """Other people's headers: their warnings are not ours. (/usr/include must keep its place in the order.)"""
    return [arg for d in directories if d != "/usr/include" for arg in ("-isystem", d)]


# --- the build ---


def compiled_already(obj, signature):
    """True when `obj` was made by the same command, and from files that have not changed since."""
    record = Path(obj + ".sig")
    try:
        made = os.stat(obj).st_mtime_ns
        if record.read_text() != signature:
            return False
        rule = Path(obj + ".d").read_text().replace("\\\n", " ")
        used = rule.partition(": ")[2].split()
        return bool(used) and all(os.stat(name).st_mtime_ns < made for name in used)
    except OSError:
        return False


def compile_in_parallel(compiler, rebuild_all):
    """Stands in for compiler.compile(): one job for each processor, and only for what has changed."""

    def compile_sources(sources, output_dir=None, macros=None, include_dirs=None, debug=False,
                        extra_preargs=None, extra_postargs=None, depends=None):  # fmt: skip
        macros, objects, extra_postargs, pp_opts, build = compiler._setup_compile(
            output_dir, macros, include_dirs, sources, depends, extra_postargs
        )
        cc_args = compiler._get_cc_args(pp_opts, debug, extra_preargs)

        def compile_one(obj):
            source, suffix = build[obj]
            own = [*optimisation(source), *extra_postargs]
            signature = json.dumps([compiler.compiler_so, cc_args, own])
            if not rebuild_all and compiled_already(obj, signature):
                return
            Path(obj + ".sig").unlink(missing_ok=True)
            compiler._compile(obj, source, suffix, cc_args, [*own, "-MD", "-MF", obj + ".d"], pp_opts)
            Path(obj + ".sig").write_text(signature)

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for _ in pool.map(compile_one, (o for o in objects if o in build)):
                pass
        return objects

    return compile_sources


class BuildExt(build_ext):
    """Checks what the build needs before it starts, each with a message of its own."""

    def build_extensions(self):
        if os.environ.get("PYNET_PREBUILT"):
            target = Path(self.get_ext_fullpath(self.extensions[0].name))
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(os.environ["PYNET_PREBUILT"], target)
            return
        if sys.implementation.name != "cpython":
            name = {"pypy": "PyPy", "graalpy": "GraalPy"}.get(sys.implementation.name, sys.implementation.name)
            stop(f"it is an extension for CPython, and this Python is {name}. Take CPython 3.11 or newer.")
        compiler = self.compiler.compiler_so[0]
        if shutil.which(compiler) is None:
            stop(f"there is no C compiler {compiler!r}.", COMPILER_HELP)
        python_include = {sysconfig.get_path("include"), sysconfig.get_path("platinclude")}
        if not any(Path(d, "Python.h").is_file() for d in python_include):
            places = " or ".join(sorted(python_include))
            stop(f"Python.h is not in {places}.", HEADERS_HELP)
        libuv = find_libuv()
        compile_args, link_args = mode_flags()
        self.compiler.include_dirs = [d for d in self.compiler.include_dirs if d not in python_include]
        for extension in self.extensions:
            includes = system_includes([*libuv.include_dirs, *sorted(python_include)])
            extension.extra_compile_args = [*includes, *libuv.compile_args, *compile_args]
            extension.extra_link_args = [*libuv.link_args, *link_args]
        self.compiler.compile = compile_in_parallel(self.compiler, rebuild_all=self.force)
        if libuv.sources:
            first = Path(self.build_temp, "libuv_first.h")
            if not first.is_file() or first.read_text() != LIBUV_FIRST:
                first.parent.mkdir(parents=True, exist_ok=True)
                first.write_text(LIBUV_FIRST)
            flags = [*libuv.compile_args, *libuv_flags(compile_args), "-include", str(first)]
            folders = [*libuv.include_dirs, f"{VENDORED}/src"]
            made = self.compiler.compile(libuv.sources, self.build_temp, include_dirs=folders, extra_postargs=flags)
            self.extensions[0].extra_objects = made
        # Whether a file is out of date is for compile_in_parallel() to say; linking is cheap.
        self.force = True
        super().build_extensions()


# --- the distributions ---


def bill_of_materials(version):
    """What is compiled into the extension beside pynet itself: a CycloneDX document, as PEP 770 has it."""
    origin = (ROOT / VENDORED / "ORIGIN").read_text()
    libuv, sha256 = re.search(r"libuv ([0-9.]+),.* sha256 ([0-9a-f]{64})", origin).groups()
    licences = [{"license": {"id": name}} for name in ("MIT", "BSD-2-Clause", "ISC")]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library",
                "bom-ref": f"pkg:pypi/pynet-uv@{version}",
                "name": "pynet-uv",
                "version": version,
                "licenses": [{"license": {"id": "MIT"}}],
                "purl": f"pkg:pypi/pynet-uv@{version}",
            }
        },
        "components": [
            {
                "type": "library",
                "bom-ref": f"pkg:github/libuv/libuv@v{libuv}",
                "name": "libuv",
                "version": libuv,
                "description": "Compiled into pynet._pynet, unchanged",
                "licenses": licences,
                "purl": f"pkg:github/libuv/libuv@v{libuv}",
                "externalReferences": [
                    {
                        "type": "source-distribution",
                        "url": "https://pypi.org/project/uvloop/",
                        "comment": origin.strip(),
                        "hashes": [{"alg": "SHA-256", "content": sha256}],
                    }
                ],
            }
        ],
        "dependencies": [
            {"ref": f"pkg:pypi/pynet-uv@{version}", "dependsOn": [f"pkg:github/libuv/libuv@v{libuv}"]},
            {"ref": f"pkg:github/libuv/libuv@v{libuv}"},
        ],
    }


class BDistWheel(bdist_wheel):
    """With a bill of materials when libuv is inside."""

    def egg2dist(self, egginfo_path, distinfo_path):
        super().egg2dist(egginfo_path, distinfo_path)
        if find_libuv().sources:
            folder = Path(distinfo_path, "sboms")
            folder.mkdir()
            document = json.dumps(bill_of_materials(self.distribution.get_version()), indent=2)
            (folder / "libuv.cdx.json").write_text(document + "\n")


class SDist(sdist):
    """An archive without libuv's source would not build for those who have no libuv."""

    def run(self):
        if not (ROOT / VENDORED / "ORIGIN").is_file():
            stop(f"the source distribution needs libuv's source in {VENDORED}: run `bash tools/libuv.sh` first.")
        super().run()


def files(pattern):
    return sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern))


def long_description(text, urls, version):
    """README as PyPI shows it: links lead to the documentation and the repository, if release.toml has them."""

    def absolute(found):
        path, anchor = found[2], found[3] or ""
        page = re.fullmatch(r"docs/(.+)\.md", path)
        if page and urls["Documentation"]:
            docs = f"{urls['Documentation'].rstrip('/')}/{'.'.join(version.split('.')[:2])}"
            return f"{found[1]}({docs}/{page[1]}.html{anchor})"
        if urls["Repository"]:
            return f"{found[1]}({urls['Repository'].rstrip('/')}/blob/HEAD/{path}{anchor})"
        return found[0]

    # Behind the language of a block are words for the tests.
    text = re.sub(r"^```(\w+) .*$", r"```\1", text, flags=re.MULTILINE)
    return re.sub(r"(\[[^\]]*\])\(((?!https?:|#)[^)#]+)(#[^)]*)?\)", absolute, text)


def metadata():
    """What pyproject.toml leaves to release.toml and README.md. Empty addresses are left out."""
    release = tomllib.loads((ROOT / "release.toml").read_text())
    version = re.search(r'^__version__ = "(.+)"', (ROOT / "pynet" / "__init__.py").read_text(), re.MULTILINE)[1]
    given = {
        "author": "The pynet authors",
        "project_urls": {name: url for name, url in release["urls"].items() if url},
        "long_description": long_description((ROOT / "README.md").read_text(), release["urls"], version),
        "long_description_content_type": "text/markdown",
    }
    if release["author_email"]:
        given["author_email"] = release["author_email"]
    return given


setup(
    **metadata(),
    ext_modules=[
        Extension(
            "pynet._pynet",
            sources=[name for name in files("csrc/**/*.c") if f"/{OTHER_PLATFORM}/" not in name],
            depends=files("csrc/**/*.h"),
            include_dirs=["csrc"],
        )
    ],
    cmdclass={"build_ext": BuildExt, "bdist_wheel": BDistWheel, "sdist": SDist},
)
