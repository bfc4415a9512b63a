"""The variable PYNET_LOG of the environment: lines about connections, slow listeners and what is left open.

PYNET_LOG=net,slow,leaks python app.py
"""

from __future__ import annotations

import atexit
import logging
import sys
import warnings
import weakref
from collections.abc import Mapping
from functools import partial
from typing import Any

from pynet import _blocked, _private, _pynet, diagnostics
from pynet._messages import caller, shown

__all__ = ["start"]

_WORDS = ("net", "slow", "leaks")
SLOW = 0.1
"""Seconds: what PYNET_LOG=slow reports without a number."""
BLOCKED = 1.0

_net = logging.getLogger("pynet.net")


class _Stderr(logging.StreamHandler[Any]):
    """Writes to stderr as long as the program has not set up logging itself."""

    def emit(self, record: logging.LogRecord) -> None:
        if not logging.getLogger().handlers:
            self.stream = sys.stderr
            super().emit(record)


def start(text: str) -> None:
    """Switches on what the words name. A wrong word is reported on stderr: it is no reason to stop a program."""
    wanted: dict[str, float] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = word.partition("=")
        seconds = _seconds(number) if name == "slow" and number else SLOW
        if name not in _WORDS or seconds is None or (number and name != "slow"):
            names = ", ".join(_WORDS)
            print(f"pynet: PYNET_LOG: {word!r} is none of {names}, slow=SECONDS", file=sys.stderr)
            continue
        wanted[name] = seconds
    if not wanted:
        return
    _set_up()
    if "net" in wanted:
        _start_net()
    if "slow" in wanted:
        _blocked.set_slow_listener(wanted["slow"])
        _blocked.watch_blocked(max(BLOCKED, wanted["slow"]))
    if "leaks" in wanted:
        _Leaks().start()


def _seconds(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value > 0 else None


def _set_up() -> None:
    logger = logging.getLogger("pynet")
    handler = _Stderr()
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(name)s: %(message)s"))
    logger.addHandler(handler)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)


# --- net ---


def _on_message(message: Mapping[str, Any], name: str) -> None:
    if name == "net.client.socket":
        _net.info("connect() at %s", caller())
    elif name == "net.server.socket":
        _net.info("accepted %s", shown(message["socket"]))
    elif name.endswith(":asyncStart"):
        _net.info("listen() at %s: %s", caller(), message["options"])
    elif name.endswith(":asyncEnd"):
        _net.info("listening: %s", shown(message["server"]))
    elif name.endswith(":error"):
        _net.info("listen() has failed: %s", message["error"])
    else:
        sock = message["socket"]
        how = " after an error" if message["had_error"] else ""
        _net.info("closed%s: %s, %d bytes read, %d written", how, shown(sock), sock.bytes_read, sock.bytes_written)


def _on_connected(reference: weakref.ref[_pynet.Socket]) -> None:
    _net.info("connected: %s", shown(reference()))


def _on_client(message: Mapping[str, Any], _name: str) -> None:
    """Hears the connection itself, without counting as a listener of the program."""
    _private.listen(message["socket"], "connect", partial(_on_connected, weakref.ref(message["socket"])))


def _start_net() -> None:
    for name in sorted(diagnostics.OWN):
        diagnostics.subscribe(name, _on_message)
    diagnostics.subscribe("net.client.socket", _on_client)


# --- leaks ---


class _Leaks:
    """At the exit it warns of each socket and server that is still open, and says where it was opened."""

    def __init__(self) -> None:
        self.places: dict[int, tuple[weakref.ref[Any], str]] = {}

    def start(self) -> None:
        diagnostics.subscribe("net.client.socket", self.made)
        diagnostics.subscribe("net.server.socket", self.made)
        diagnostics.subscribe("tracing:net.server.listen:asyncStart", self.made)
        warnings.filterwarnings("always", message="pynet: unclosed ", category=ResourceWarning)
        atexit.register(self.report)  # after that of the C module: so it is called before that one closes all

    def made(self, message: Mapping[str, Any], name: str) -> None:
        what = message["socket"] if "socket" in message else message["server"]
        key = id(what)
        place = f"accepted by {shown(what.server)}" if name == "net.server.socket" else f"opened at {caller()}"
        self.places[key] = weakref.ref(what, lambda _: self.places.pop(key, None)), place

    def report(self) -> None:
        for what, seconds in _private.open_objects():
            known = self.places.get(id(what))
            place = f", {known[1]}" if known is not None and known[0]() is what else ""
            text = f"pynet: unclosed {shown(what)}{place}, open for {seconds:.1f} s"
            warnings.warn_explicit(text, ResourceWarning, "pynet", 1, source=what)
