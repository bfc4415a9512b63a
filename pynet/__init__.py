"""Node's node:net for Python: TCP and unix-socket servers and clients that call your functions back."""

from pynet import _exit as _exit  # first: _exit.py says why
from pynet._pynet import *  # noqa: F403
from pynet._systemd import systemd_listen_fds as systemdListenFds  # noqa: F401
from pynet._systemd import systemd_listen_fds as systemd_listen_fds

__version__ = "0.2.0"

TYPE_CHECKING = False  # to import typing takes as long as all of this
if TYPE_CHECKING:
    from pynet import aio as aio
    from pynet import cluster as cluster
    from pynet import diagnostics as diagnostics
    from pynet import promises as promises
    from pynet._active import Active as Active
    from pynet._active import active as active
    from pynet._blocked import Blocked as Blocked
    from pynet._blocked import SlowListener as SlowListener
    from pynet._blocked import set_slow_listener as set_slow_listener
    from pynet._blocked import setSlowListener as setSlowListener
    from pynet._blocked import watch_blocked as watch_blocked
    from pynet._blocked import watchBlocked as watchBlocked
    from pynet._calls import run_in_loop as run_in_loop
    from pynet._calls import runInLoop as runInLoop
    from pynet._dump import dump as dump
    from pynet._observe import EventLoopUtilization as EventLoopUtilization
    from pynet._observe import event_loop_utilization as event_loop_utilization
    from pynet._observe import eventLoopUtilization as eventLoopUtilization
    from pynet._proxy import ProxyErrorInfo as ProxyErrorInfo
    from pynet._proxy import ProxyHeader as ProxyHeader
    from pynet._proxy import ProxyInfo as ProxyInfo
    from pynet._proxy import ProxySSL as ProxySSL
    from pynet._reconnect import Reconnecting as Reconnecting
    from pynet._reconnect import reconnecting as reconnecting
    from pynet._sending import PeerCredentials as PeerCredentials
    from pynet._serve import serve as serve
    from pynet._servers import close_all as close_all
    from pynet._servers import closeAll as closeAll
    from pynet._servers import servers as servers
    from pynet._streams import finished as finished
    from pynet._streams import pipeline as pipeline
    from pynet._tls import NetTLSCertVerificationError as NetTLSCertVerificationError
    from pynet._tls import NetTLSEOFError as NetTLSEOFError
    from pynet._tls import NetTLSError as NetTLSError
    from pynet._waiting import Future as Future
    from pynet._waiting import IncompleteReadError as IncompleteReadError
    from pynet._waiting import once as once
else:
    # Imported on demand: they import typing or concurrent.futures, which not every program needs.
    _LATER = {
        "Active": "_active",
        "active": "_active",
        "Future": "_waiting",
        "IncompleteReadError": "_waiting",
        "NetTLSCertVerificationError": "_tls",
        "NetTLSEOFError": "_tls",
        "NetTLSError": "_tls",
        "PeerCredentials": "_sending",
        "ProxyErrorInfo": "_proxy",
        "ProxyHeader": "_proxy",
        "ProxyInfo": "_proxy",
        "ProxySSL": "_proxy",
        "Reconnecting": "_reconnect",
        "reconnecting": "_reconnect",
        "once": "_waiting",
        "EventLoopUtilization": "_observe",
        "event_loop_utilization": "_observe",
        "eventLoopUtilization": "_observe",
        "dump": "_dump",
        "Blocked": "_blocked",
        "SlowListener": "_blocked",
        "set_slow_listener": "_blocked",
        "setSlowListener": "_blocked",
        "watch_blocked": "_blocked",
        "watchBlocked": "_blocked",
        "run_in_loop": "_calls",
        "runInLoop": "_calls",
        "close_all": "_servers",
        "closeAll": "_servers",
        "serve": "_serve",
        "servers": "_servers",
        "finished": "_streams",
        "pipeline": "_streams",
        "aio": None,
        "cluster": None,
        "diagnostics": None,
        "promises": None,
    }
    __all__ = [name for name in (*globals(), *_LATER) if not name.startswith("_") and name != "TYPE_CHECKING"]

    def __getattr__(name):
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        import importlib

        module = importlib.import_module(f"pynet.{_LATER[name] or name}")
        value = globals()[name] = getattr(module, name) if _LATER[name] else module
        return value

    def __dir__():
        from pynet._messages import without_aliases

        return without_aliases({*globals(), *_LATER} - {"_LATER", "TYPE_CHECKING"})

    import os as _os

    if _os.environ.get("PYNET_LOG"):
        from pynet._log import start as _start

        _start(_os.environ["PYNET_LOG"])

    if "PYNET_CHANNEL_FD" in _os.environ:
        from pynet import cluster as cluster  # it connects this worker to its primary
