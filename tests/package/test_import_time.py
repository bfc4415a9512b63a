"""What `import pynet` does not load: it must not take much longer than `import socket`."""

import isolated
import pynet

SLOW = "asyncio concurrent.futures dataclasses difflib inspect logging re socket tempfile typing"


def test_import_loads_nothing_slow():
    out = isolated.check(
        f"""
        import sys
        before = set(sys.modules)
        import pynet
        print(sorted(set({SLOW!r}.split()) & set(sys.modules) - before))
        """
    )
    assert out == "[]\n"


def test_names_that_are_loaded_later():
    out = isolated.check(
        """
        import sys, pynet
        assert "pynet._streams" not in sys.modules
        print(pynet.finished.__name__, pynet.pipeline.__name__, {"finished", "pipeline"} <= set(dir(pynet)))
        """
    )
    assert out == "finished pipeline True\n"


def test_later_names_stay_the_same_object():
    assert pynet.finished is pynet.finished


def test_import_of_everything_has_the_later_names():
    out = isolated.check(
        """
        from pynet import *
        print(finished.__name__, Socket.__name__, aio.__name__, "TYPE_CHECKING" in globals(), "_exit" in globals())
        """
    )
    assert out == "finished Socket pynet.aio False False\n"
