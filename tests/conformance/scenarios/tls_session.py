"""A session that is resumed."""

from harness import run, trace
from securing import secure, serve


def visit(server, session, then):
    def keep(given):
        nonlocal session
        trace("C", "session")
        session = given

    def answered(chunk):
        trace("C", "data", chunk)
        client.end()

    client = secure(server, session=session)
    client.once("secureConnect", lambda: trace("C", "secureConnect", client.is_session_reused()))
    if session is None:
        client.once("session", keep)
    client.once("data", answered)
    client.once("close", lambda had_error: then(session))


def main():
    def serving(server):
        visit(server, None, lambda session: visit(server, session, lambda _: server.close()))

    serve({}, lambda sock: sock.write("hello"), serving)


run(main)
