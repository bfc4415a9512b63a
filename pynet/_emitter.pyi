"""Types of the C module: EventEmitter. For type checkers only: import these names from pynet.

Events and callbacks have one argument count each (docs/events.md); the overloads of on() state them, so that a listener
with another signature, and the name of an event that does not exist, are errors for a type checker. A subclass that
emits further events declares its own on().
"""

from collections.abc import Callable
from typing import Any, Final, NewType, Self, TypeAlias, TypeVar, overload

from typing_extensions import disjoint_base

# None where there is no connection, no server that listens, or another kind of address. Most callers know that there is
# one: a type checker must not ask each for a check, as it does not for the groups of a match.
_MaybeNone: TypeAlias = Any
_Function: TypeAlias = Callable[..., object]

_Symbol = NewType("_Symbol", object)
error_monitor: Final[_Symbol]
"""The name of an event. Its listeners get each error before the listeners of "error" do, and do not count as
listeners of "error". Node: events.errorMonitor.
"""
errorMonitor: Final[_Symbol]
"""The name of an event. Its listeners get each error before the listeners of "error" do, and do not count as
listeners of "error". Node: events.errorMonitor.
"""

# Decorators return the function unchanged: one variable for each signature of listeners.
_F = TypeVar("_F", bound=_Function)
_F0 = TypeVar("_F0", bound=Callable[[], object])
_FBool = TypeVar("_FBool", bound=Callable[[bool], object])

@disjoint_base
class EventEmitter:
    """Keeps listeners for events, and calls them. You may write a subclass, which need not call __init__().
    Node: class events.EventEmitter.
    """

    @overload
    def on(self, event_name: object, listener: _Function, /) -> Self:
        """Adds a listener at the end of the list of event_name, and returns the emitter. Without a listener it is a
        decorator: @server.on("connection"). You may add the same function several times. Emits "newListener"
        first.

        Raises TypeError (ERR_INVALID_ARG_TYPE) if the listener is not callable, or is a coroutine function. Warns
        with MaxListenersExceededWarning if an event has more listeners than the limit. Node: emitter.on().
        """
    @overload
    def on(self, event_name: object, /) -> Callable[[_F], _F]: ...
    # The other spellings and orders differ in when and where the listener is called, not in their types.
    once = on
    add_listener = on
    addListener = on
    prepend_listener = on
    prependListener = on
    prepend_once_listener = on
    prependOnceListener = on

    def off(self, event_name: object, listener: _Function, /) -> Self:
        """Removes one listener, and returns the emitter: the newest that is `listener`, or else the newest that
        equals it (bound methods). It also removes a listener of once(). Emits "removeListener". An emit() that
        has begun still calls the listener. Node: emitter.off().
        """
    remove_listener = off
    removeListener = off
    def remove_all_listeners(self, event_name: object = None, /) -> Self:
        """Removes the listeners of one event, or of all events, and returns the emitter. Emits "removeListener" for
        each, if that event has a listener. Node: emitter.removeAllListeners().
        """
    removeAllListeners = remove_all_listeners
    def emit(self, event_name: object, /, *args: Any) -> bool:
        """Calls the listeners of event_name with args, in order, before it returns. Returns True if there was a
        listener. If a listener raises, emit() raises the exception, and does not call the listeners after it.

        emit("error", ...) without a listener raises args[0]. If that is not an exception, it raises NetError
        (ERR_UNHANDLED_ERROR) with `.context`. Node: emitter.emit().
        """
    def listeners(self, event_name: object, /) -> list[_Function]:
        """Returns a new list of the listeners of event_name, in the order of their calls. Node: emitter.listeners()."""
    def raw_listeners(self, event_name: object, /) -> list[_Function]:
        """Like listeners(), but a listener of once() is in its wrapper; `wrapper.listener` is the function.
        Node: emitter.rawListeners().
        """
    rawListeners = raw_listeners
    def listener_count(self, event_name: object, listener: _Function | None = None, /) -> int:
        """Returns the number of listeners of event_name. With `listener`, returns how often that one is in the list.
        Node: emitter.listenerCount().
        """
    listenerCount = listener_count
    def event_names(self) -> list[Any]:
        """Returns a new list of the events that have listeners, in the order in which they got their first one.
        Node: emitter.eventNames().
        """
    eventNames = event_names
    def set_max_listeners(self, n: float, /) -> Self:
        """Sets the number of listeners above which an event warns of a likely leak, and returns the emitter. The
        default is 10; 0 and infinity mean no limit. Raises TypeError if n is not a number, ValueError
        (ERR_OUT_OF_RANGE) if it is negative. Node: emitter.setMaxListeners().
        """
    setMaxListeners = set_max_listeners
    def get_max_listeners(self) -> int:
        """Returns the limit of set_max_listeners(); 0 means no limit. Node: emitter.getMaxListeners()."""
    getMaxListeners = get_max_listeners
