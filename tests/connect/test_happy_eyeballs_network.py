"""Happy eyeballs against the kernel: an address that is slow to accept, and one that never answers.

A listener whose accept queue is full drops the SYN that comes, and the kernel sends it again after a second: that is
the slow address. A neighbour that is not there, in a network namespace of the test's own, never answers.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import textwrap

import pytest

import pynet
from helpers import Recorder, live_handles, wait_until
from paths import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 and network namespaces are Linux's")

PATIENCE = 60  # ms: the attempt timeout; an address on this machine that answers at all does so much earlier
SLOW, SLOW_TOO, GOOD, REFUSING = "127.0.0.2", "127.0.0.3", "127.0.0.1", "127.0.0.4"
EVENTS = "lookup connectionAttempt connectionAttemptFailed connectionAttemptTimeout connect ready error close".split()


class Slow:
    """A listener with a full accept queue, until drain() accepts what fills it."""

    def __init__(self, listener: socket.socket):
        self.listener, self.fillers = listener, []
        listener.setblocking(False)
        while self.fill():
            pass

    def fill(self) -> bool:
        """One more connection in the queue; False when there is no more room."""
        filler = socket.socket(self.listener.family)
        filler.settimeout(0.05)
        try:
            filler.connect(self.listener.getsockname())
        except TimeoutError:
            filler.close()
            return False
        self.fillers.append(filler)
        return True

    def accept(self) -> socket.socket | None:
        with contextlib.suppress(BlockingIOError):
            return self.listener.accept()[0]
        return None

    def drain(self, *_args) -> None:
        while (accepted := self.accept()) is not None:
            accepted.close()

    def close(self) -> None:
        for sock in (*self.fillers, self.listener):
            sock.close()


class Net:
    """One port, on which each address behaves in a way of its own."""

    def __init__(self, slow: list[str], good: str | None = GOOD):
        self.server = pynet.create_server(self.on_connection)
        self.peers: list = []
        self.received: list[bytes] = []
        for _ in range(20):
            self.server.listen(0, good or GOOD)
            self.port = self.server.address().port
            try:
                self.listeners = self.listen(slow)
                break
            except OSError as error:  # the port is taken on one of the addresses
                assert error.errno == errno.EADDRINUSE
                self.server.close()
        if good is None:
            self.server.close()
        self.slow = {address: Slow(listener) for address, listener in self.listeners.items()}

    def listen(self, addresses: list[str]) -> dict[str, socket.socket]:
        made = {}
        for address in addresses:
            made[address] = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
            try:
                made[address].bind((address, self.port))
            except OSError:
                for sock in made.values():
                    sock.close()
                raise
            made[address].listen(0)
        return made

    def on_connection(self, sock) -> None:
        self.peers.append(sock)
        sock.on("data", self.received.append)
        sock.on("error", lambda err: None)

    def connect(self, addresses: list[str], **options) -> tuple[pynet.Socket, Recorder]:
        """A socket that connects to these addresses, as a lookup of the test's own finds them."""

        def lookup(host, given, done):
            assert given["all"] is True
            done(None, [(address, 6 if ":" in address else 4) for address in addresses])

        sock = pynet.Socket()
        log = Recorder(sock, *EVENTS)
        options = {"auto_select_family_attempt_timeout": PATIENCE, **options}
        sock.connect({"port": self.port, "host": "name", "lookup": lookup, **options})
        return sock, log

    def names(self, log) -> list:
        """The events; those of attempts with their address."""
        return [f"{name} {args[0]}" if name.startswith("connectionA") else name for name, args in log.entries]

    def close(self) -> None:
        for slow in self.slow.values():
            slow.close()
        for peer in self.peers:
            peer.destroy()
        self.server.close()


@pytest.fixture
def net():
    made = []

    def make(*args, **kwargs):
        made.append(Net(*args, **kwargs))
        return made[-1]

    yield make
    for one in made:
        one.close()


MODES = pytest.mark.parametrize("mode", ["race", "serial"])


@MODES
@pytest.mark.parametrize("good", [GOOD, "::1"])
def test_a_slow_address_before_a_good_one(net, mode, good):
    place = net([SLOW], good)
    sock, log = place.connect([SLOW, good], happy_eyeballs=mode)
    sock.write(b"for the winner")
    log.wait("ready")
    assert place.names(log) == [
        "lookup",
        "lookup",
        f"connectionAttempt {SLOW}",
        f"connectionAttemptTimeout {SLOW}",
        f"connectionAttempt {good}",
        "connect",
        "ready",
    ]
    assert sock.remote_address == good
    assert sock.auto_select_family_attempted_addresses == [f"{SLOW}:{place.port}", f"{good}:{place.port}"]
    assert wait_until(lambda: b"".join(place.received) == b"for the winner")
    sock.destroy()
    log.wait("close")
    assert (log.names[-1], log.args("close"), "error" in log.names) == ("close", [(False,)], False)


# --- a second later: all of these run at once, since each waits for the kernel ---


class Case:
    """A connection to `addresses`, of which `drained` comes to accept 2 * PATIENCE after its attempt began."""

    def __init__(self, addresses: list[str], drained: str, mode: str):
        self.place = Net([address for address in (SLOW, SLOW_TOO) if address in addresses])
        self.drained, self.slow = drained, self.place.slow[drained]
        self.sock, self.log = self.place.connect(addresses, happy_eyeballs=mode)
        self.sock.write(b"for the winner")
        self.sock.on("connectionAttempt", self.on_attempt)

    def on_attempt(self, address: str, *_rest) -> None:
        if address == self.drained:
            pynet.set_timeout(self.slow.drain, 2 * PATIENCE)

    def finish(self) -> Case:
        """Waits until it is connected or not, and closes everything."""
        self.log.wait_for(lambda: "ready" in self.log.names or "close" in self.log.names)
        self.events = self.place.names(self.log)[2:]  # without `lookup`
        self.remote = self.sock.remote_address
        self.tried = [text.removesuffix(f":{self.place.port}") for text in self.attempted()]
        self.received = b"".join(self.peer_data()) if "ready" in self.events else None
        self.sock.destroy()
        self.log.wait("close")
        self.place.close()
        return self

    def attempted(self) -> list[str]:
        return self.sock.auto_select_family_attempted_addresses

    def peer_data(self):
        """What the winning listener's connection brings, until that is all of it."""
        accepted = []
        assert wait_until(lambda: accepted.append(self.slow.accept()) or accepted[-1] is not None)
        with accepted[-1] as peer:
            peer.settimeout(5)
            yield peer.recv(100)


@pytest.fixture(scope="module")
def late():
    """The finished cases, by name."""
    before = live_handles()
    cases = {
        "before one that refuses": Case([SLOW, REFUSING], SLOW, "race"),
        "before one that refuses, serial": Case([SLOW, REFUSING], SLOW, "serial"),
        "last": Case([REFUSING, SLOW], SLOW, "race"),
        "last, serial": Case([REFUSING, SLOW], SLOW, "serial"),
        "second of three": Case([SLOW, SLOW_TOO, REFUSING], SLOW_TOO, "race"),
        "beside another": Case([SLOW, SLOW_TOO], SLOW, "race"),
    }
    finished = {name: case.finish() for name, case in cases.items()}
    assert wait_until(lambda: live_handles() == before), live_handles()
    return finished


def test_race_a_slow_address_before_one_that_refuses(late):
    """Where Node fails: the slow one is still in the race, and wins it a second later. It is listed last."""
    case = late["before one that refuses"]
    assert case.events == [
        f"connectionAttempt {SLOW}",
        f"connectionAttemptTimeout {SLOW}",
        f"connectionAttempt {REFUSING}",
        f"connectionAttemptFailed {REFUSING}",
        "connect",
        "ready",
    ]
    assert case.log.args("connectionAttemptFailed")[0][3].code == "ECONNREFUSED"
    assert (case.remote, case.tried, case.received) == (SLOW, [REFUSING, SLOW], b"for the winner")


def test_serial_a_slow_address_before_one_that_refuses(late):
    """To Node's letter: the slow one is given up when its time is over."""
    case = late["before one that refuses, serial"]
    assert case.events == [
        f"connectionAttempt {SLOW}",
        f"connectionAttemptTimeout {SLOW}",
        f"connectionAttempt {REFUSING}",
        f"connectionAttemptFailed {REFUSING}",
        "error",
        "close",
    ]
    error = case.log["error"]
    assert isinstance(error, pynet.AggregateError) and error.code == "ETIMEDOUT"
    assert [(e.code, e.address) for e in error.errors] == [("ETIMEDOUT", SLOW), ("ECONNREFUSED", REFUSING)]
    assert case.tried == [SLOW, REFUSING]


@pytest.mark.parametrize("name", ["last", "last, serial"])
def test_the_last_address_has_all_the_time(late, name):
    """The last attempt has no timer: it connects after a second, without connectionAttemptTimeout."""
    case = late[name]
    assert case.events == [
        f"connectionAttempt {REFUSING}",
        f"connectionAttemptFailed {REFUSING}",
        f"connectionAttempt {SLOW}",
        "connect",
        "ready",
    ]
    assert (case.remote, case.tried, case.received) == (SLOW, [REFUSING, SLOW], b"for the winner")


def test_race_the_second_of_three_wins(late):
    case = late["second of three"]
    assert case.events[1:] == [
        f"connectionAttempt {SLOW}",
        f"connectionAttemptTimeout {SLOW}",
        f"connectionAttempt {SLOW_TOO}",
        f"connectionAttemptTimeout {SLOW_TOO}",
        f"connectionAttempt {REFUSING}",
        f"connectionAttemptFailed {REFUSING}",
        "connect",
        "ready",
    ]
    assert (case.remote, case.tried, case.received) == (SLOW_TOO, [SLOW, REFUSING, SLOW_TOO], b"for the winner")


def test_race_the_first_wins_while_the_last_is_under_way(late):
    case = late["beside another"]
    assert case.events == [
        f"connectionAttempt {SLOW}",
        f"connectionAttemptTimeout {SLOW}",
        f"connectionAttempt {SLOW_TOO}",
        "connect",
        "ready",
    ]
    assert (case.remote, case.tried, case.received) == (SLOW, [SLOW_TOO, SLOW], b"for the winner")
    assert case.log.args("close") == [(False,)]


# --- giving up ---


@MODES
@pytest.mark.parametrize("event", ["connectionAttempt", "connectionAttemptTimeout"])
def test_destroy_while_they_race(net, mode, event):
    """Every attempt is given up: close, and nothing after it."""
    place = net([SLOW, SLOW_TOO])
    sock, log = place.connect([SLOW, SLOW_TOO, GOOD], happy_eyeballs=mode)
    callbacks = Recorder(pynet.EventEmitter())
    sock.write(b"never", callbacks.note("written"))
    sock.once(event, lambda *args: sock.destroy())
    log.wait("close")
    assert log.args("close") == [(False,)] and "connect" not in log.names and "error" not in log.names
    callbacks.wait("written")
    assert callbacks["written"].code == "ERR_SOCKET_CLOSED_BEFORE_CONNECTION"
    pynet.set_timeout(log.note("later"), 3 * PATIENCE)
    log.wait("later")
    assert log.names[-2:] == ["close", "later"]


@MODES
def test_connect_timeout_ends_the_race(net, mode):
    """Whatever is under way by then: one ETIMEDOUT."""
    place = net([SLOW, SLOW_TOO])
    sock, log = place.connect([SLOW, SLOW_TOO], happy_eyeballs=mode, connect_timeout=4 * PATIENCE / 1000)
    log.wait("close")
    assert [name for name in log.names if not name.startswith(("connectionA", "lookup"))] == ["error", "close"]
    assert log.args("close") == [(True,)]
    assert {args[3].code for args in log.args("connectionAttemptFailed")} <= {"ECANCELED"}
    assert log["error"].code == "ETIMEDOUT" and isinstance(log["error"], TimeoutError)
    assert not sock.connecting


def test_another_race_after_close(net):
    """connect() again starts with a clean sheet."""
    place = net([SLOW])
    sock, log = place.connect([SLOW, GOOD])
    log.wait("ready")
    sock.destroy()
    log.wait("close")
    first = sock.auto_select_family_attempted_addresses
    assert first == [f"{SLOW}:{place.port}", f"{GOOD}:{place.port}"]
    again = Recorder(sock, *EVENTS)
    sock.connect(
        {"port": place.port, "host": "name", "lookup": lambda h, o, done: done(None, [(REFUSING, 4), (GOOD, 4)])}
    )
    again.wait("ready")
    assert sock.auto_select_family_attempted_addresses == [f"{REFUSING}:{place.port}", f"{GOOD}:{place.port}"]
    sock.destroy()


# --- addresses that never answer ---

NAMESPACE = """
    import json, subprocess, sys
    import pynet

    def ip(*args):
        subprocess.run(["ip", *args], check=True, capture_output=True)

    ip("link", "set", "lo", "up")
    ip("link", "add", "near", "type", "veth", "peer", "name", "far")
    ip("addr", "add", "10.9.0.1/24", "dev", "near")
    ip("-6", "addr", "add", "fd00:9::1/64", "dev", "near", "nodad")
    ip("link", "set", "near", "up")
    ip("link", "set", "far", "up")
    for dead in ("10.9.0.2", "fd00:9::2"):
        ip("neigh", "replace", dead, "lladdr", "02:00:00:00:00:99", "dev", "near", "nud", "permanent")

    def main():
        case = json.loads(sys.argv[1])
        server = pynet.create_server(lambda sock: sock.end(b"good")).listen(0, case.get("good", "10.9.0.1"))
        addresses = [(address, 6 if ":" in address else 4) for address in case["addresses"]]
        port = server.address().port
        sock = pynet.Socket()
        names = []
        for name in ("connectionAttempt", "connectionAttemptFailed", "connectionAttemptTimeout"):
            sock.on(name, lambda *args, name=name: names.append([name, args[0]] + [e.code for e in args[3:]]))
        sock.on("connect", lambda: names.append(["connect", sock.remote_address]))
        sock.on("data", lambda data: names.append(["data", data.decode()]))
        sock.on("error", lambda err: names.append(["error", err.code]))

        def on_close(had_error):
            tried = [text.removesuffix(f":{port}") for text in sock.auto_select_family_attempted_addresses]
            print(json.dumps({"events": names, "tried": tried}))
            server.close()

        sock.on("close", on_close)
        sock.connect({
            "port": port, "host": "name", "lookup": lambda host, options, done: done(None, addresses),
            "auto_select_family_attempt_timeout": 50, **case.get("options", {}),
        })

    pynet.run(main)
"""

DEAD, DEAD6, HERE, HERE6, NOWHERE = "10.9.0.2", "fd00:9::2", "10.9.0.1", "fd00:9::1", "203.0.113.1"


@pytest.fixture(scope="module")
def namespace():
    """A function that runs a case in a network namespace of its own: {"events", "tried"}."""
    command = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    for needed, package in (("unshare", "util-linux"), ("ip", "iproute2")):
        if shutil.which(needed, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None:
            pytest.fail(f"{needed} is not installed: apt-get install {package}")
    tried = subprocess.run(
        [*command, "ip", "link", "add", "near", "type", "veth", "peer", "name", "far"], capture_output=True, text=True
    )
    if tried.returncode != 0:
        pytest.skip(f"no privilege to make a network namespace with a pair of devices: {tried.stderr.strip()}")

    def run(addresses, **case):
        done = subprocess.run(
            [
                *command,
                sys.executable,
                "-P",
                "-c",
                textwrap.dedent(NAMESPACE),
                json.dumps({"addresses": addresses, **case}),
            ],
            capture_output=True,
            text=True,
            timeout=30,
            cwd=ROOT,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return json.loads(done.stdout)

    return run


@MODES
@pytest.mark.parametrize(("dead", "good"), [(DEAD, HERE), (DEAD6, HERE), (DEAD, HERE6)])
def test_an_address_that_never_answers(namespace, mode, dead, good):
    got = namespace([dead, good], good=good, options={"happy_eyeballs": mode})
    assert got["events"] == [
        ["connectionAttempt", dead],
        ["connectionAttemptTimeout", dead],
        ["connectionAttempt", good],
        ["connect", good],
        ["data", "good"],
    ]
    assert got["tried"] == [dead, good]


@MODES
def test_families_take_turns(namespace, mode):
    """Two dead IPv6 addresses before the IPv4 ones: the good IPv4 address is second."""
    got = namespace([DEAD6, "fd00:9::3", HERE, DEAD], options={"happy_eyeballs": mode})
    assert got["events"][:4] == [
        ["connectionAttempt", DEAD6],
        ["connectionAttemptTimeout", DEAD6],
        ["connectionAttempt", HERE],
        ["connect", HERE],
    ]
    assert got["tried"] == [DEAD6, HERE]


def test_an_address_without_a_route_costs_no_time(namespace):
    """It fails at once: the next is tried without waiting, also beside one that never answers."""
    got = namespace([NOWHERE, DEAD, HERE])
    assert got["events"] == [
        ["connectionAttempt", NOWHERE],
        ["connectionAttemptFailed", NOWHERE, "ENETUNREACH"],
        ["connectionAttempt", DEAD],
        ["connectionAttemptTimeout", DEAD],
        ["connectionAttempt", HERE],
        ["connect", HERE],
        ["data", "good"],
    ]


def test_none_answers(namespace):
    """connect_timeout ends what the kernel would try for two minutes."""
    got = namespace([DEAD, DEAD6], options={"connect_timeout": 0.3})
    assert [event for event in got["events"] if event[0] == "error"] == [["error", "ETIMEDOUT"]]
    assert [event for event in got["events"] if event[0] == "connectionAttempt"] == [
        ["connectionAttempt", DEAD],
        ["connectionAttempt", DEAD6],
    ]
