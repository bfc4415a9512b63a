"""The private functions of the C module: whatever they are given, they raise, and never crash or raise SystemError."""

import pytest

import isolated
import pynet

NOT_CALLED = {"_at_exit", "_after_fork"}  # they end the loop, whatever they are given
NAMES = sorted(
    name
    for name, function in vars(pynet._pynet).items()
    if name.startswith("_") and not name.startswith("__") and callable(function) and not isinstance(function, type)
)


BLOCKS = {"_loop_next"}  # with a socket, unless something refuses it, as turn() does


@pytest.mark.parametrize(
    ("name", "where"),
    [
        (name, where)
        for name in NAMES
        for where in ["contextlib.nullcontext", "pynet.turn"]
        if name not in NOT_CALLED and (name not in BLOCKS or where == "pynet.turn")
    ],
)
def test_any_arguments(name, where):
    out = isolated.check(
        """
        import contextlib, itertools, sys, warnings
        import pynet
        from pynet import _pynet

        class Odd:
            def __repr__(self): raise ZeroDivisionError
            def __index__(self): raise ZeroDivisionError
            def __getattr__(self, name): raise ZeroDivisionError
        name, where = sys.argv[1], eval(sys.argv[2])
        server, sock = pynet.create_server(), pynet.Socket()
        server.on("error", lambda error: None)
        sock.on("error", lambda error: None)
        sys.unraisablehook = lambda args: None
        warnings.simplefilter("ignore")  # _loop_anext() gives a call that is never awaited
        values = [None, b"x", "x", "data", 0, -1, 1 << 70, (), [], {}, repr, Odd(), Odd, server, sock,
                  pynet.EventEmitter(), pynet.AbortController().signal, pynet.NetError("x")]
        function = getattr(_pynet, name)
        calls = 0
        for count in range(5):
            for args in itertools.product(values, repeat=min(count, 3)):
                try:
                    with where():
                        function(*args, *[None] * (count - len(args)))
                except SystemError as error:
                    raise AssertionError((name, args)) from error
                except Exception:
                    pass
                calls += 1
        print(calls)
        """,
        name,
        where,
    )
    assert int(out) == 1 + 18 + 18**2 + 2 * 18**3
