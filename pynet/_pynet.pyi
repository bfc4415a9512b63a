"""Types of the C module, from several files, which exist for type checkers only."""

from pynet._abort import *  # noqa: F403
from pynet._addresses import *  # noqa: F403
from pynet._bound import *  # noqa: F403
from pynet._emitter import *  # noqa: F403
from pynet._errors import *  # noqa: F403
from pynet._functions import *  # noqa: F403
from pynet._listening import *  # noqa: F403
from pynet._loop import *  # noqa: F403
from pynet._options import AddressInfo as AddressInfo
from pynet._options import AioListenOptions as AioListenOptions
from pynet._options import ConnectOptions as ConnectOptions
from pynet._options import KeepAliveOptions as KeepAliveOptions
from pynet._options import ListenOptions as ListenOptions
from pynet._options import LookupOptions as LookupOptions
from pynet._options import OnReadOptions as OnReadOptions
from pynet._options import ServerOptions as ServerOptions
from pynet._options import SocketConnectOptions as SocketConnectOptions
from pynet._options import SocketOptions as SocketOptions
from pynet._options import TextErrors as TextErrors
from pynet._socket import *  # noqa: F403
from pynet._timers import *  # noqa: F403
