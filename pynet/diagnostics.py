"""Channels on which pynet says what it does, with the names and the moments of Node's diagnostics_channel.

    pynet.diagnostics.subscribe("net.server.socket", lambda message, name: print(message["socket"]))

Any library may publish on channels of its own.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pynet import _private, _pynet
from pynet._support import coded

__all__ = ["Channel", "channel", "has_subscribers", "subscribe", "unsubscribe"]

_Subscriber: TypeAlias = Callable[[Any, str], object]

OWN = frozenset(
    {
        "net.client.socket",
        "net.server.socket",
        "tracing:net.server.listen:asyncStart",
        "tracing:net.server.listen:asyncEnd",
        "tracing:net.server.listen:error",
        "pynet.socket.close",
    }
)
"""The channels on which the C module publishes."""


@_private.alias_type
class Channel:
    """A named channel. Make it with channel(name), which returns the same one each time."""

    __slots__ = ("__weakref__", "_subscribers", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self._subscribers: tuple[_Subscriber, ...] = ()

    def __repr__(self) -> str:
        return f"<pynet.diagnostics.Channel {self.name!r}, {len(self._subscribers)} subscribers>"

    @property
    def has_subscribers(self) -> bool:
        """Whether there is a subscriber. A publisher tests this before it makes a message."""
        return bool(self._subscribers)

    def subscribe(self, subscriber: _Subscriber) -> None:
        """Calls subscriber(message, name) for each message. Raises TypeError (ERR_INVALID_ARG_TYPE)."""
        _private.check_callback(subscriber, "subscriber")
        self._set((*self._subscribers, subscriber))

    def unsubscribe(self, subscriber: _Subscriber) -> bool:
        """Ends that. Returns False if it was no subscriber."""
        for i, each in enumerate(self._subscribers):
            if each == subscriber:
                self._set(self._subscribers[:i] + self._subscribers[i + 1 :])
                return True
        return False

    def publish(self, message: Any) -> None:
        """Calls the subscribers, one after the other, on this thread.

        An exception of one of them does not reach the caller, nor the other subscribers: it is uncaught in the loop's
        next turn.
        """
        for subscriber in self._subscribers:
            try:
                subscriber(message, self.name)
            except Exception as error:
                _later(error)

    def _set(self, subscribers: tuple[_Subscriber, ...]) -> None:
        self._subscribers = subscribers
        if subscribers:
            _used[self.name] = self
        else:
            _used.pop(self.name, None)
        _private.set_publish(None if OWN.isdisjoint(_used) else _publish)


_channels: weakref.WeakValueDictionary[str, Channel] = weakref.WeakValueDictionary()
_used: dict[str, Channel] = {}
"""The channels with subscribers: these exist though no program has them."""


def _publish(name: str, message: Mapping[str, Any]) -> None:
    """The C module publishes."""
    used = _used.get(name)
    if used is not None:
        used.publish(message)


def _later(error: Exception) -> None:
    def raise_it() -> None:
        raise error

    with contextlib.suppress(_pynet.NetError):  # the interpreter exits
        _pynet.next_tick(raise_it)


def channel(name: str) -> Channel:
    """Returns the channel of that name, always the same object. Raises TypeError (ERR_INVALID_ARG_TYPE)."""
    if not isinstance(name, str):
        raise coded(TypeError(f'The "name" argument must be a str. Received {name!r}'), "ERR_INVALID_ARG_TYPE")
    found = _channels.get(name)
    if found is None:
        found = _channels.setdefault(name, Channel(name))
    return found


def subscribe(name: str, subscriber: _Subscriber) -> None:
    """Calls subscriber(message, name) for each message on the channel of that name. Raises as channel()."""
    channel(name).subscribe(subscriber)


def unsubscribe(name: str, subscriber: _Subscriber) -> bool:
    """Ends that. Returns False if it was no subscriber."""
    return channel(name).unsubscribe(subscriber)


def has_subscribers(name: str) -> bool:
    """Whether the channel of that name has a subscriber."""
    return channel(name).has_subscribers


hasSubscribers = has_subscribers
