"""Functions of the C module that make servers and connections. For type checkers only: import them from pynet."""

from typing import Unpack

from pynet._listening import Server
from pynet._options import Address, ConnectOptions, Host, Listener, OnConnection, ServerOptions
from pynet._socket import Socket

def connect(
    address: Address | ConnectOptions = ...,
    host: Host | Listener = None,
    listener: Listener = None,
    /,
    **options: Unpack[ConnectOptions],
) -> Socket:
    """connect(port, host="localhost", listener=None, /, **options)
    connect(path, listener=None, /, **options)
    connect(options, listener=None, /, **more)

    Makes a Socket and connects it; returns the socket. Options: those of Socket, those of Socket.connect(), and
    timeout (milliseconds without activity) as in Socket.set_timeout(); below 100 it warns, since the limit of
    connecting is connect_timeout (seconds). Node: net.createConnection().
    """

create_connection = connect
createConnection = connect

def create_server(
    options: ServerOptions | OnConnection | None = None,
    listener: OnConnection | None = None,
    /,
    **more: Unpack[ServerOptions],
) -> Server:
    """create_server(options=None, listener=None, /, **more)
    create_server(listener, /, **options)

    Makes a Server; the listener is added for "connection". Options as Server has them. Node: net.createServer().
    """

createServer = create_server
