"""Functions as arguments: partial objects that contain themselves or each other, and functions without code."""

import ctypes
import functools

import pytest

import isolated
import pynet

PRELUDE = """
    import functools
    import pynet
    itself = functools.partial(print)
    itself.__setstate__((itself, (), {}, {}))
    one, other = functools.partial(print), functools.partial(print)
    one.__setstate__((other, (), {}, {}))
    other.__setstate__((one, (), {}, {}))
"""
TAKES = [
    "pynet.EventEmitter().on('x', f)",
    "pynet.EventEmitter().once('x', f)",
    "pynet.EventEmitter().on('x')(f)",
    "pynet.Socket().set_timeout(1000, f)",
    "pynet.Socket().write('x', f)",
    "pynet.Socket().end('x', f)",
    "pynet.create_server(f)",
    "pynet.create_server().listen(0, f).close()",
    "pynet.create_server().close(f)",
    "pynet.create_server().get_connections(f)",
    "pynet.connect(1, '127.0.0.1', f).destroy()",
    "pynet.connect(1, 'name', lookup=f).destroy()",
    "pynet.set_timeout(f, 100_000)",
    "pynet.set_immediate(f)",
    "pynet.next_tick(f)",
    "pynet.set_uncaught_handler(f)",
    "pynet.AbortController().signal.add_event_listener('abort', f)",
    "pynet.finished(pynet.Socket(), f)",
    "pynet._pynet._check_callback(f)",
]


@pytest.mark.parametrize("f", ["itself", "one"])
@pytest.mark.parametrize("call", TAKES)
def test_a_partial_object_that_contains_itself(call, f):
    """It is refused: calling it would overflow the C stack in CPython."""
    out = isolated.check(
        isolated.join(
            PRELUDE,
            f"""
            f = {f}
            try:
                {call}
            except TypeError as error:
                print(error.code, "contains itself" in str(error))
            """,
        )
    )
    assert out == "ERR_INVALID_ARG_TYPE True\n"


@pytest.mark.parametrize("depth", [1, 50])
def test_a_coroutine_function_in_partial_objects_is_refused(depth):
    class Partial(functools.partial):
        """CPython joins nested partial objects, but not those of a subclass with attributes."""

    async def coroutine():
        pass

    function = coroutine
    for _ in range(depth):
        function = Partial(function)
        function.attribute = 1
    with pytest.raises(TypeError, match="coroutine function"):
        pynet.next_tick(function)


def test_a_function_without_code():
    """The garbage collection of Python 3.11 takes the code from a function that it clears."""

    def function():
        pass

    words = (ctypes.c_void_p * 16).from_address(id(function))
    index = list(words).index(id(function.__code__))
    code, words[index] = words[index], None
    try:
        pynet._pynet._check_callback(function)
    finally:
        words[index] = code
