"""The properties of a socket, before the handshake, after it, and after the close."""

from harness import run, state, trace
from securing import secure, serve


def tell(who, when, sock):
    trace(who, when, state(sock), sock.encrypted, sock.authorized, sock.get_protocol())


def main():
    def secured(sock):
        tell("S", "secure", sock)
        trace("S", "alpn", sock.alpn_protocol, sock.is_session_reused())
        sock.pipe(sock)

    def serving(server):
        def connected():
            trace("C", "connect", state(client), client.encrypted, client.authorized)

        def handshaken():
            tell("C", "secure", client)
            trace("C", "alpn", client.alpn_protocol, client.is_session_reused(), client.authorization_error)
            client.end()

        def closed(had_error):
            trace("C", "closed", state(client), client.encrypted, client.authorized)
            server.close()

        client = secure(server, alpn_protocols=["a", "b"])
        trace("C", "at once", state(client), client.encrypted, client.authorized)
        client.on("connect", connected)
        client.on("secureConnect", handshaken)
        client.resume()
        client.on("close", closed)

    serve({"alpn_protocols": ["b", "c"]}, secured, serving)


run(main)
