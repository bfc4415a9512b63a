"""Functions of the C module that make servers and connections. For type checkers only: import them from pynet."""

from collections.abc import Callable
from typing import Unpack, overload

from pynet._options import ConnectOptions, Host, Listener, Pair, Path, Port, ServerOptions
from pynet._pynet import Server, Socket

@overload
def connect(port: Port, listener: Listener = None, /, **options: Unpack[ConnectOptions]) -> Socket:
    """connect(port, host="localhost", listener=None, /, **options)
    connect(path, listener=None, /, **options)
    connect(options, listener=None, /, **more)

    Makes a Socket and connects it; returns the socket. Options: those of Socket, those of Socket.connect(), and
    timeout (milliseconds without activity) as in Socket.set_timeout(); below 100 it warns, since the limit of
    connecting is connect_timeout (seconds). Node: net.createConnection().
    """

@overload
def connect(
    port: Port, host: Host | None, listener: Listener = None, /, **options: Unpack[ConnectOptions]
) -> Socket: ...
@overload
def connect(path: Path, listener: Listener = None, /, **options: Unpack[ConnectOptions]) -> Socket: ...
@overload
def connect(address: Pair, listener: Listener = None, /, **options: Unpack[ConnectOptions]) -> Socket: ...
@overload
def connect(options: ConnectOptions, listener: Listener = None, /, **more: Unpack[ConnectOptions]) -> Socket: ...
@overload
def connect(**options: Unpack[ConnectOptions]) -> Socket: ...

create_connection = connect
createConnection = connect

@overload
def create_server(
    options: ServerOptions | None, listener: Callable[[Socket], object] | None = None, /, **more: Unpack[ServerOptions]
) -> Server:
    """create_server(options=None, listener=None, /, **more)
    create_server(listener, /, **options)

    Makes a Server; the listener is added for "connection". Options as Server has them. Node: net.createServer().
    """

@overload
def create_server(listener: Callable[[Socket], object], /, **options: Unpack[ServerOptions]) -> Server: ...
@overload
def create_server(**options: Unpack[ServerOptions]) -> Server: ...

createServer = create_server
