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

    Makes a Socket, starts to connect it, and returns it at once. Options: those of Socket, those of
    Socket.connect(), and timeout (milliseconds without activity), which is Socket.set_timeout(). A timeout
    below 100 warns, since the limit for connecting is connect_timeout (seconds).
    Node: net.createConnection().
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

    Makes a Server. The listener is added for "connection". The options are those of Server.
    Node: net.createServer().
    """

createServer = create_server
