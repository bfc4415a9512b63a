"""Texts that take more than a format: what an AggregateError says, where an uncaught exception comes from.

The C module calls this; see PN_RUN in csrc/py/base/state.h.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from types import CodeType, FrameType

TYPE_CHECKING = False  # typing takes longer to import than all of pynet
if TYPE_CHECKING:
    from typing import Any

_MOST_PARTS = 8


def aggregate_text(errors: list[BaseException]) -> str:
    """`connect ECONNREFUSED ::1:1, 127.0.0.1:1 (all 2 addresses failed)`: what all have in common is said once."""
    parts = []
    known: list[str | None] = []  # the words that the parts before have said
    for error in errors[:_MOST_PARTS]:
        text = str(error)
        words = [getattr(error, "syscall", None), getattr(error, "code", None)]
        common = 0
        while common < len(known) and known[common] == words[common]:
            common += 1
        known = []
        rest = text
        for i, word in enumerate(words):
            # The text of a lookup or of a user's error may begin in another way.
            if not isinstance(word, str) or not rest.startswith(f"{word} "):
                break
            rest = rest[len(word) + 1 :]
            known.append(word)
            if i < common:
                text = rest
        parts.append(text)
    if len(errors) > _MOST_PARTS:
        parts.append("...")
    return ", ".join(parts) + (f" (all {len(errors)} addresses failed)" if len(errors) > 1 else "")


# --- where an uncaught exception comes from ---

_MOST_NOTES = 10
_LONGEST = 200  # characters of a repr()

# What the listeners of each event get; docs/events.md.
_EVENT_ARGUMENTS = {
    "close": ("had_error",),
    "connection": ("socket",),
    "connectionAttempt": ("address", "port", "family"),
    "connectionAttemptFailed": ("address", "port", "family", "error"),
    "connectionAttemptTimeout": ("address", "port", "family"),
    "data": ("chunk",),
    "drop": ("data",),
    "proxyError": ("error", "info"),
    "secureConnection": ("socket",),
    "session": ("session",),
    "tlsClientError": ("error", "socket"),
    "error": ("err",),
    "handle": ("handle", "message"),
    "lookup": ("err", "address", "family", "host"),
    "pipe": ("source",),
    "unpipe": ("source", "info"),
    **dict.fromkeys(("connect", "drain", "end", "finish", "listening", "pause", "prefinish", "ready"), ()),
    "secureConnect": (),
    **dict.fromkeys(("readable", "resume", "timeout"), ()),
}


def shown(value: object) -> str:
    """repr(), short, and also of an object whose repr() raises."""
    try:
        text = repr(value)
    except Exception:
        text = object.__repr__(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def function_text(function: Any) -> str:
    """`on_close (app.py:12)`."""
    while type(function).__name__ == "partial" and hasattr(function, "func"):
        function = function.func
    function = getattr(function, "__func__", function)
    name = getattr(function, "__qualname__", None)
    if not isinstance(name, str):
        return shown(function)
    name = name.rpartition("<locals>.")[2]
    code = getattr(function, "__code__", None)
    if not isinstance(code, CodeType):
        return name
    return f"{name} ({os.path.basename(code.co_filename)}:{code.co_firstlineno})"


def _unheard(emitter: Any) -> str:
    name = {"Socket": "sock", "Server": "server"}
    variable = next((name[c.__name__] for c in type(emitter).__mro__ if c.__name__ in name), "emitter")
    return f"no 'error' listener on {shown(emitter)}; add {variable}.on(\"error\", ...)"


def _arguments(emitter: Any, event: object) -> str:
    """What the listeners of this event get, when pynet emits it."""
    names = {c.__name__ for c in type(emitter).__mro__ if c.__module__ == "pynet"}
    arguments = _EVENT_ARGUMENTS.get(event) if isinstance(event, str) and names & {"Socket", "Server"} else None
    if arguments is None:
        return ""
    if event == "close" and "Server" in names:
        arguments = ()
    shown = f"({', '.join(arguments)})" if arguments else "no arguments"
    return f": {event} gets {shown}"


def add_where(error: BaseException, emitter: object, event: object, function: object) -> None:
    """Adds a note: which listener (`event`) or callback has raised; without both, an `error` event had no listener."""
    of = "" if emitter is None else f" of {shown(emitter)}"
    if function is None:
        note = _unheard(emitter) if event is None else f"in a listener of {shown(event)}{of}"
    elif event is None:
        note = f"in the callback {function_text(function)}{of}"
    else:
        note = f"in the {shown(event)} listener {function_text(function)}{of}{_arguments(emitter, event)}"
    notes = getattr(error, "__notes__", ())
    if note not in notes and len(notes) < _MOST_NOTES:
        BaseException.add_note(error, note)


# --- an address where a path is expected ---

_HOST_AND_PORT = r"(?a)(?P<host>\[[^\]/]*\]|[^/\s\0]*):(?P<port>[0-9]{1,5})"
_URL = r"(?ais)(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^/@]*@)?(?P<rest>.*)"


def lone_text_hint(function: str, text: str) -> str | None:
    """What is wrong with connect("localhost:80"), connect("tcp://localhost:80"), connect("unix:/run/x"), or None."""
    if ":" not in text:
        return None
    import re  # few programs need it

    url = re.fullmatch(_URL, text)
    scheme, rest = url.groups() if url else (None, text)
    place = re.fullmatch(_HOST_AND_PORT, rest.partition("/")[0] if url else rest)
    if place and int(place["port"]) > 65535:
        place = None
    if scheme and scheme.lower() in ("unix", "unix+http", "http+unix"):
        call = repr(rest)
    elif text.startswith("unix:") and not scheme:
        call = repr(text.removeprefix("unix:"))
    elif place:
        host = place["host"].strip("[]")
        call = f"{place['port']}, {host!r}" if host else place["port"]
    elif scheme:
        call = f"port, {rest.partition('/')[0].strip('[]')!r}"
    else:
        return None
    what = "a URL" if scheme or text.startswith("unix:") else "a host with a port"
    return (
        f"{text!r} looks like {what}; a text alone is the path of a unix socket. Write {function}({call}), "
        f"or {function}(path={text!r}) if it is a path"
    )


# --- unknown keyword arguments ---

_SIMILAR = 0.7  # by difflib's measure: "prot" is near "port"

_COMMON = "allow_half_open high_water_mark max_write_buffer no_delay keep_alive keep_alive_initial_delay"
_OPTIONS = {
    "connect()": "family hints lookup local_address local_port auto_select_family auto_select_family_attempt_timeout "
    "happy_eyeballs connect_timeout proxy_header ssl server_hostname session handshake_timeout strict_end",
    "listen()": "port host path fd handle backlog exclusive ipv6_only reuse_port readable_all writable_all "
    "mode group unlink_stale signal",
    "Server and create_server()": f"{_COMMON} pause_on_connect block_list listener grace socket_factory "
    "proxy_protocol proxy_untrusted proxy_timeout max_connections_per_address accept_rate ipv6_prefix "
    "ssl handshake_timeout strict_end",
    "Socket and connect()": f"{_COMMON} readable_high_water_mark writable_high_water_mark encoding default_encoding "
    "onread fd readable writable handle signal block_list type_of_service close_timeout errors "
    "linger receive_handles",
}
# Of which type an option that a call does not know may be a property or a method, and whose option it may be.
_SERVER = ("Server", "Socket"), ("listen()", "Server and create_server()", "connect()", "Socket and connect()")
_SOCKET = ("Socket", "Server"), ("connect()", "Socket and connect()", "listen()", "Server and create_server()")
_SEARCHED = {"Server": _SERVER, "create_server": _SERVER, "listen": _SERVER, "connect": _SOCKET, "Socket": _SOCKET}


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _nearest(name: str, known: Iterable[str]) -> str | None:
    from difflib import get_close_matches

    plain = {_plain(each): each for each in known}
    found = get_close_matches(_plain(name), plain, 1, _SIMILAR)
    return plain[found[0]] if found else None


def _places(function: str) -> Iterator[tuple[str, str]]:
    """All (name, where it belongs) that a caller of `function` may have thought of."""
    from pynet import _pynet

    types, calls = _SEARCHED.get(function, ((), ()))
    for call in calls:
        for name in _OPTIONS[call].split():
            yield name, f"an option of {call}"
    for owner in types:
        for name, member in vars(getattr(_pynet, owner)).items():
            if not name.startswith("_") and name.islower():
                yield name, f"a {'method' if callable(member) else 'property'} of {owner}"


def unknown_keyword_text(function: str, known: Sequence[str], key: str) -> str:
    """The TypeError of an unknown keyword: a name that is near, or where the name belongs."""
    text = f"{function}() got an unexpected keyword argument {key!r}"
    places: dict[str, str] = {}
    for name, place in _places(function):
        places.setdefault(name, place)
    # An option of another call, or a member, that has this very name is meant, rather than one that is near.
    is_other = places.get(key, "").startswith(("an option of", "a property of"))
    near = None if is_other else _nearest(key, known)
    if near is not None:
        properties = (name for name, place in places.items() if not place.startswith("a method"))
        near = _nearest(key, (near, *properties))
        if near in known:
            return f"{text}; did you mean {near!r}?"
    if near not in places:
        near = _nearest(key, places)
    if near is None:
        return text
    return f"{text}; {near} is {places[near]}"


# --- misspelt names of events ---

user_events: set[str] = set()
"""The names that the program has emitted on a socket or server, and those that have been warned of."""

events_of_node = frozenset((*_EVENT_ARGUMENTS, "newListener", "removeListener"))
_OF_SERVERS = ("close", "connection", "drop", "error", "listening", "proxyError", "secureConnection", "tlsClientError")


def _distance(a: str, b: str, most: int) -> int:
    """How many letters to insert, remove, replace or swap with the next; any number above `most` is too many."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def _nearest_event(emitter: object, name: str) -> str | None:
    server = any(c.__name__ == "Server" and c.__module__ == "pynet" for c in type(emitter).__mro__)
    known = _OF_SERVERS if server else [each for each in _EVENT_ARGUMENTS if each not in ("connection", "listening")]
    plain = _plain(name)
    most = 1 if len(plain) < 6 else 2
    near = min(known, key=lambda each: _distance(plain, each.lower(), most))
    return near if _distance(plain, near.lower(), most) <= most else None


def check_event(emitter: object, name: str) -> None:
    """Warns once of a listener for a name that is nearly an event of the emitter, which does not have that event."""
    if ":" in name or name in user_events:
        return
    near = _nearest_event(emitter, name)
    if near is None:
        return
    import warnings

    level = 1
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__", "").startswith("pynet."):
        level, frame = level + 1, frame.f_back
    warnings.warn(
        f"{type(emitter).__name__} has no event {name!r}; did you mean {near!r}? An event of your own that has such a "
        f"name does not warn once it has been emitted, or with a colon in it",
        RuntimeWarning,
        stacklevel=level,
    )
    user_events.add(name)


# --- Node's spellings ---


def without_aliases(names: Iterable[str]) -> list[str]:
    """The names, without those that are only Node's spelling of another: bytesRead of bytes_read."""
    import re

    known = set(names)
    spelled = {name: re.sub(r"(?<=[a-z0-9])([A-Z]+)", lambda m: "_" + m[1].lower(), name) for name in known}
    return sorted(name for name in known if spelled[name] == name or spelled[name] not in known)


# --- an address in use ---


def caller() -> str | None:
    """Where the program has called pynet: `app.py:12`; the whole name of a file that is not one of a folder's."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__", "").startswith("pynet."):
        frame = frame.f_back
    return None if frame is None else f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"


def _has_address(server: Any, error: Any) -> bool:
    anywhere = {"::", "0.0.0.0"}
    for address in server.addresses:
        if isinstance(address, str):
            same = address == error.address
        else:
            host = address.address
            same = address.port == error.port and (host == error.address or bool({host, error.address} & anywhere))
        if same:
            return True
    return False


def add_in_use(error: BaseException) -> None:
    """Adds a note to an error EADDRINUSE, if a server of this process has that address."""
    from pynet import _pynet

    holders: Any = _pynet
    for server, place in holders._server_list():
        if _has_address(server, error):
            since = "" if place is None else f", since listen() at {place}"
            note = (
                f"a server of this process has this address: {shown(server)}{since}; pynet.servers() lists them, "
                f"pynet.close_all() closes them"
            )
            BaseException.add_note(error, note)
            return
