"""Long chains of objects, each of which holds the next: freeing, calling and printing them leaves the C stack alone."""

import pytest

import isolated

CHAINS = {
    "once wrappers": """
        emitter = pynet.EventEmitter()
        def link(last):
            emitter.once("x", last)
            wrapper = emitter.raw_listeners("x")[0]
            emitter.remove_all_listeners("x")
            return wrapper
    """,
    "decorators": """
        emitter = pynet.EventEmitter()
        def link(last): return emitter.on(last)
    """,
    "timeouts": """
        def link(last): return pynet.set_timeout(print, 100_000, last)
    """,
    "immediates": """
        def nothing(last): pass
        def link(last): return pynet.set_immediate(nothing, last)
    """,
    "abort signals": """
        def link(last): return pynet.AbortSignal.abort(last)
    """,
    "emitters": """
        def link(last): return pynet.EventEmitter().on(last, print)
    """,
    "callbacks of lookup": """
        class Socket(pynet.Socket):
            __slots__ = ("last",)
        def link(last):
            sock = Socket()
            sock.last = last
            callbacks = []
            sock.connect(80, "name", lookup=lambda host, options, callback: callbacks.append(callback))
            return callbacks.pop()
    """,
}


@pytest.mark.parametrize("link", CHAINS.values(), ids=CHAINS)
def test_a_long_chain_is_freed(link):
    # CPython 3.13 nests 10,000 deallocations before it postpones the next.
    count, stack = (3_000, 256 << 10) if "lookup" in link else (200_000, 8 << 20)
    out = isolated.check(
        isolated.join(
            "import functools, threading, pynet",
            link,
            f"""
            def work():
                last = print
                for _ in range({count}):
                    last = link(last)
                del last
                print("freed")
            threading.stack_size({stack})
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            """,
        )
    )
    assert out == "freed\n"


@pytest.mark.parametrize("use", ["last()", "repr(last)"])
def test_a_long_chain_of_once_wrappers_raises_when_it_is_used(use):
    out = isolated.check(
        isolated.join(
            "import pynet",
            CHAINS["once wrappers"],
            f"""
            last = print
            for _ in range(200_000):
                last = link(last)
            try:
                {use}
            except RecursionError:
                print("RecursionError")
            """,
        )
    )
    assert out == "RecursionError\n"
