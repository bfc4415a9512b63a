"""More verbs, for scenarios about how a socket comes to be connected; connecting.cjs has the same ones for Node."""

import re
import socket

import pynet
from harness import listen, record, state, trace, where

EVENTS = "lookup connectionAttempt connectionAttemptFailed connectionAttemptTimeout connect ready error close"


def outgoing(options, who="C"):
    """A socket whose events are recorded before it connects, with the same options for both."""
    client = pynet.Socket(options)
    record(client, who, EVENTS)
    client.resume()
    return client.connect(options)


def serve(callback):
    """A server that takes one connection, ends it and is closed; callback(target, server)."""

    def connected(sock):
        sock.on("error", lambda err: None)
        sock.end()
        sock.resume()
        server.close()

    server = pynet.create_server(connected)
    listen(server, lambda: callback(where(server), server))


def found(*addresses):
    """A lookup function that answers on a later tick: with these addresses, or the first of them."""

    def lookup(hostname, options, callback):
        every = [(address, pynet.is_ip(address)) for address in addresses]
        if options.get("all"):
            pynet.next_tick(callback, None, every)
        else:
            pynet.next_tick(callback, None, *every[0])

    return lookup


def named(target, *addresses):
    """Options for connect(): the port of `target`, and a name that stands for these addresses; Node's rule."""
    return {"port": target["port"], "host": "some.name", "lookup": found(*addresses), "happy_eyeballs": "serial"}


def looking(target, lookup, more=()):
    """Options for connect(), with what this lookup function says."""
    return {"port": target["port"], "host": "some.name", "lookup": lookup, **dict(more)}


def tried(sock):
    """Where a socket with several addresses has tried to connect."""
    addresses = sock.auto_select_family_attempted_addresses
    return None if addresses is None else [re.sub(r":\d+$", ":<port>", at) for at in addresses]


def states(sock, who, events):
    """Traces the state in each of these events."""
    for event in events.split(" "):
        sock.on(event, lambda *args, event=event: trace(who, event, state(sock)))


def silent(callback, host="127.0.0.1"):
    """A port of `host` that does not answer: its listener's accept queue is full.

    callback({port, host}, release)
    """
    listener = socket.socket()
    listener.bind((host, 0))
    listener.listen(1)
    port = listener.getsockname()[1]
    sockets = [listener]
    for _ in range(3):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.1", port))
        sockets.append(filler)

    def release(*_args):
        for sock in sockets:
            sock.close()

    pynet.set_immediate(callback, {"port": port, "host": "127.0.0.1"}, release)


def descriptor(target, callback):
    """A descriptor connected to `target` that the loop knows nothing of; callback(fd)."""
    if "path" in target:
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(target["path"])
    else:
        sock = socket.socket()
        sock.connect((target["host"], target["port"]))
    pynet.set_immediate(callback, sock.detach())
