"""Node's node:net for Python: TCP and unix-socket servers and clients that call your functions back."""

from typing import TYPE_CHECKING

from pynet import _exit as _exit  # first: _exit.py says why
from pynet._pynet import *  # noqa: F403
from pynet._streams import finished as finished
from pynet._streams import pipeline as pipeline
from pynet._systemd import systemd_listen_fds as systemdListenFds  # noqa: F401
from pynet._systemd import systemd_listen_fds as systemd_listen_fds

__version__ = "0.1.0"

if TYPE_CHECKING:
    from pynet import aio as aio
    from pynet import promises as promises
    from pynet._reconnect import Reconnecting as Reconnecting
    from pynet._reconnect import reconnecting as reconnecting
    from pynet._sending import PeerCredentials as PeerCredentials
    from pynet._waiting import Future as Future
    from pynet._waiting import IncompleteReadError as IncompleteReadError
    from pynet._waiting import once as once
else:
    # Imported on demand: they import concurrent.futures, which not every program needs.
    _LATER = {
        "Future": "_waiting",
        "IncompleteReadError": "_waiting",
        "PeerCredentials": "_sending",
        "Reconnecting": "_reconnect",
        "reconnecting": "_reconnect",
        "once": "_waiting",
        "aio": None,
        "promises": None,
    }

    def __getattr__(name):
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        import importlib

        module = importlib.import_module(f"pynet.{_LATER[name] or name}")
        value = globals()[name] = getattr(module, name) if _LATER[name] else module
        return value

    def __dir__():
        return sorted({*globals(), *_LATER} - {"_LATER"})
