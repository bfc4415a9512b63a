"""The verbs that the pynet side of a scenario is written with; harness.cjs has the same ones for Node.

A trace is kept per emitter, since the order between the events of two emitters in one process is the kernel's affair.
`who` is the group that a line goes to; "main/S" puts a line named S into the group main, for an order that is certain.
"""

import os
import re
import sys
import threading
import traceback
import zlib

import pynet

policy, _, kind = (sys.argv[1] if len(sys.argv) > 1 else "tcp").rpartition("-")  # "tcp"; of a cluster "rr-tcp"
HOST = os.environ.get("CONFORMANCE_HOST")  # whose loop drives pynet's: "asyncio", "uvloop"; without it run() does
# Where scenarios listen on Windows: at pipes that belong to this process, and to the workers of its cluster.
PIPES = rf"\\.\pipe\pynet-{os.environ.setdefault('PYNET_PIPES', str(os.getpid()))}-" if sys.platform == "win32" else ""
WATCHDOG_SECONDS = 40 if policy else 10
MOST_UNCAUGHT = 50

_groups = {}
_names = {}  # by id(): the harness keeps nothing alive


def trace(who, event, *details):
    group, *rest = who.split("/")
    prefix = "".join(part + " " for part in rest)
    shown = tuple(detail if isinstance(detail, bytes) else show(detail) for detail in details)
    _groups.setdefault(group, []).append((prefix, event, shown))


def _mask_ports(text):
    return re.sub(r":\d+\b", ":<port>", text)


def _without_hint(text):
    """Without what pynet adds about a path: " (the folder x does not exist)"."""
    return re.sub(r" \(the (path|folder) .*\)$", "", text, flags=re.DOTALL)


def _show_bytes(chunk):
    if len(chunk) <= 60 and all(0x20 <= byte <= 0x7E for byte in chunk):
        return f'"{chunk.decode("latin-1")}" ({len(chunk)})'
    if len(chunk) <= 60:
        return f"x{chunk.hex()} ({len(chunk)})"
    return f"<{len(chunk)} bytes, crc {zlib.crc32(chunk):x}>"


def _show_error(err):
    syscall = getattr(err, "syscall", None)
    code = getattr(err, "code", None)
    if isinstance(err, pynet.AggregateError):
        return f"{code} all of {show(err.errors)}"
    if syscall == "getaddrinfo":
        return f"lookup-failure hostname={err.hostname}"
    if code is None:
        return f"error '{err}'"
    if syscall is None:
        return code
    text = f"{code} syscall={syscall} errno={err.errno}"
    bound_path = not policy and syscall == "bind" and err.address is not None and not pynet.is_ip(err.address)
    if bound_path or syscall in ("read", "write"):  # pynet's have the path or the peer, too
        peer = f" {err.address}" if err.port is None else f" {err.address}:{err.port}"
        return f"{text} '{_without_hint(str(err)).removesuffix(peer)}'"
    if getattr(err, "address", None) is not None:
        text += f" address={err.address}"
    if (getattr(err, "port", None) or 0) > 0:
        text += " port=<port>"
    return f"{text} '{_mask_ports(_without_hint(str(err)))}'"


def _show_mapping(value):
    if "localAddress" not in value:
        return "{" + ", ".join(f"{key}={show(field)}" for key, field in value.items()) + "}"
    local = f"{value['localAddress']}|{value['localFamily']}|<port>"
    remote = f"{value['remoteAddress']}|{value['remoteFamily']}|<port>"
    return f"local {local} remote {remote}"


def show(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int)):
        return str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _show_bytes(bytes(value))
    if isinstance(value, BaseException):
        return _show_error(value)
    if hasattr(value, "address") and hasattr(value, "_fields"):
        return f"{value.address}|{value.family}|<port>"
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return f"[{', '.join(map(show, value))}]"
    if isinstance(value, dict):
        return _show_mapping(value)
    if id(value) in _names:
        return f"<{_names[id(value)]}>"
    if isinstance(value, pynet.Socket):
        return "<socket>"
    return "<function>" if callable(value) else repr(value)


def masked(event, args):
    if event.startswith("connectionAttempt") and len(args) > 1 and isinstance(args[1], int):
        return (args[0], "<port>", *args[2:])
    return args


def name(emitter, who):
    _names[id(emitter)] = who.split("/")[-1]


def record(emitter, who, events):
    name(emitter, who)
    for event in events.split(" "):
        emitter.on(event, lambda *args, event=event: trace(who, event, *masked(event, args)))


def answer(who, label):
    """A callback that gets exactly one argument: the error, or None."""
    return lambda err: trace(who, label, err)


def note(who, label):
    """A callback that traces whatever it gets."""
    return lambda *args: trace(who, label, *args)


def attempt(who, label, f):
    """Calls f and traces what it raised, if it did."""
    try:
        f()
    except Exception as exc:
        trace(who, label, "raised", exc)
    else:
        trace(who, label, "returned")


def state(sock):
    flags = [flag for flag in ("connecting", "pending", "destroyed") if getattr(sock, flag)]
    return " ".join([sock.ready_state, *flags])


def place(path):
    """A path in the folder of the scenario; on Windows the name of a pipe, which a trace shows as the path."""
    return path if path.startswith(PIPES) else PIPES + path


def listen(server, callback=None, path="s.sock"):
    """Listens where the kind says: a free port of 127.0.0.1, or the unix path `path`."""
    if kind == "unix":
        return server.listen(place(path), callback)
    return server.listen(0, "127.0.0.1", callback)


def where(server):
    """Where `server` listens, as options for connect() and listen()."""
    at = server.address()
    if isinstance(at, str):
        return {"path": at}
    return {"port": at.port, "host": "127.0.0.1"}


def connect(server, options, callback=None):
    return pynet.connect({**where(server), **options}, callback)


def nowhere(callback):
    """Calls `callback` with an address of this kind on which no socket listens."""
    if kind == "unix":
        return callback({"path": place("nobody.sock")})
    server = pynet.create_server()

    def listening():
        target = where(server)
        server.close(lambda err: callback(target))

    return server.listen(0, "127.0.0.1", listening)


def pair(server_options, client_options, callback):
    """A client C and its accepted socket S, both connected; the server takes no more and is closed."""
    server = pynet.create_server(**server_options)
    client = peer = None

    def arrived():
        if peer is None or client is None or client.connecting:
            return
        server.close()
        pynet.set_immediate(callback, client, peer, server)

    def connected(sock):
        nonlocal peer
        peer = sock
        name(peer, "S")
        arrived()

    def listening():
        nonlocal client
        client = connect(server, client_options, arrived)
        name(client, "C")

    server.on("connection", connected)
    listen(server, listening)


def settle(f, turns=12):
    """Calls f when what is under way on the loopback has surely arrived."""
    pynet.set_immediate(lambda: f() if turns == 0 else settle(f, turns - 1))


def _is_data(entry):
    _prefix, event, details = entry
    return event == "data" and len(details) == 1 and isinstance(details[0], bytes)


def _merged(entries):
    out = []
    for entry in entries:
        if out and _is_data(entry) and _is_data(out[-1]) and out[-1][0] == entry[0]:
            out[-1] = (entry[0], "data", (out[-1][2][0] + entry[2][0],))
        else:
            out.append(entry)
    return out


def _dump():
    lines = []
    for group in sorted(_groups):
        lines.append(f"[{group}]\n")
        for prefix, event, details in _merged(_groups[group]):
            lines.append(" ".join([prefix + event, *map(show, details)]) + "\n")
    text = "".join(lines).replace(PIPES or "\0", "")
    sys.stdout.write(text)  # at once: the processes of a cluster write to one pipe
    sys.stdout.flush()


def _expired():
    trace("main", "WATCHDOG: still running")
    _dump()
    os._exit(3)


def _show_one_traceback():
    """The first one is slow: Python imports what it needs. The timers of a scenario are not to wait for that."""
    try:
        int("")
    except ValueError as exc:
        traceback.format_exception(exc)


def _uncaught(exc, emitter=None):
    traceback.print_exception(exc, file=sys.stderr)
    trace("main", "uncaught", exc)


def run_attached(main):
    """run() on the loop of a host: asyncio's or uvloop's."""
    import asyncio

    if HOST == "uvloop":
        import uvloop

        factory = uvloop.new_event_loop
    else:
        factory = asyncio.new_event_loop

    async def until_nothing_is_left():
        pynet.next_tick(main)
        while pynet._pynet._anything_left():
            await asyncio.sleep(0.001)

    pynet.set_uncaught_handler(_uncaught)
    pynet.aio.run(until_nothing_is_left(), loop_factory=factory)


def until_end(call):
    """Calls call(), which runs the loop; what is traced is shown at its end, also when it raises."""
    watchdog = threading.Timer(WATCHDOG_SECONDS, _expired)
    watchdog.daemon = True
    watchdog.start()
    try:
        call()
    finally:
        watchdog.cancel()
        _dump()


def run(main):
    """Runs the loop to its end; what is uncaught is traced and the loop goes on, as under Node's uncaughtException."""
    _show_one_traceback()
    until_end(lambda: run_attached(main) if HOST else _run(main))


def _run(main):
    for _ in range(MOST_UNCAUGHT):
        try:
            pynet.run(main)
            break
        except Exception as exc:
            _uncaught(exc)
            main = None
