"""More scenes with failing allocations: writes that are refused, fail or are given up; pipes; buffers of `onread`."""

from __future__ import annotations

import socket

import pynet
from isolated.allocation_stage import both, scene


@scene("one two close", "ERR_SOCKET_CLOSED")
def written_without_a_connection(s):
    sock = s.keep(pynet.Socket()).on("close", s.step("close"))
    sock.write("1", s.step("one"))
    sock.write("2")
    sock.write("3", s.step("two"))


@scene("one two close", "ERR_SOCKET_CLOSED")
def uncorked_without_a_connection(s):
    sock = s.keep(pynet.Socket()).on("close", s.step("close"))
    sock.cork()
    sock.write("1", s.step("one"))
    sock.write("", s.step("two"))
    sock.uncork()


@scene("write end close", "ERR_STREAM_DESTROYED")
def written_after_destroy(s):
    sock = s.keep(pynet.Socket()).on("close", s.step("close"))
    sock.destroy()
    sock.write("1", s.step("write"))
    sock.end("2", s.step("end"))


@scene("finish second third", "ERR_STREAM_ALREADY_FINISHED")
def ended_without_a_connection(s):
    sock = s.keep(pynet.Socket(allow_half_open=True)).on("prefinish", s.step("prefinish"))
    sock.on("finish", s.step("finish", lambda: sock.end(s.step("third"))))
    sock.end(s.step("first"))
    sock.end(s.step("second"))


@both("end write close", "ERR_STREAM_WRITE_AFTER_END")
def written_after_end(s, listen):
    server, target = listen(lambda sock: sock.resume())
    if target:
        sock = s.keep(pynet.connect(target)).on("close", s.step("close"))
        sock.once("connect", lambda: (sock.end("1", s.step("end")), sock.write("2", s.step("write"))))
        s.closes(server, sock)


@both("one end close", "ERR_STREAM_WRITE_AFTER_END")
def ended_with_data_twice(s, listen):
    server, target = listen(lambda sock: sock.resume())
    if target:
        sock = s.keep(pynet.connect(target)).on("close", s.step("close"))
        sock.once("connect", lambda: (sock.end("1", s.step("one")), sock.end("2", s.step("end"))))
        s.closes(server, sock)


@both("full close", "ERR_WRITE_BUFFER_FULL")
def over_the_write_buffer(s, listen):
    server, target = listen(lambda sock: sock.pause())
    if target:
        sock = s.keep(pynet.Socket(max_write_buffer=1 << 22)).on("close", s.step("close"))

        def fill():
            sock.write(bytes(1 << 23), s.step("full"))
            sock.write("behind", lambda err: None)

        sock.connect(target, fill)
        s.closes(server, sock)


@both("failed close", "EPIPE", "ECONNRESET")
def written_to_a_dead_peer(s, listen):
    """Several writes of one callback fail together: a whole one, an empty one, one of several."""
    server, target = listen(lambda sock: sock.destroy())
    if target:
        sock = s.keep(pynet.Socket(allow_half_open=True)).on("close", s.step("close"))

        def written(err):
            if err is not None:
                s.steps.add("failed")

        def write():
            if sock.writable:
                sock.write("1", written)
                sock.write("", written)
                sock.write(bytes(5000), written)
                pynet.set_immediate(write)

        sock.pause().connect(target, lambda: pynet.set_timeout(write, 1))
        s.closes(server, sock)


@both("first second end close", "ERR_STREAM_DESTROYED")
def destroyed_while_writing(s, listen):
    server, target = listen(lambda sock: sock.pause())
    if target:
        sock = s.keep(pynet.connect(target)).on("close", s.step("close"))

        def write():
            sock.write(bytes(1 << 23), s.step("first"))
            sock.write("behind", s.step("second"))
            sock.end(s.step("end"))
            pynet.set_immediate(sock.destroy)

        sock.once("connect", write)
        s.closes(server, sock)


@both("one two close", "ERR_STREAM_DESTROYED")
def destroyed_while_corked(s, listen):
    server, target = listen(lambda sock: sock.pause())
    if target:
        sock = s.keep(pynet.connect(target)).on("close", s.step("close"))

        def write():
            sock.cork()
            sock.write("1", s.step("one"))
            sock.write("", s.step("two"))
            pynet.set_immediate(sock.destroy)

        sock.once("connect", write)
        s.closes(server, sock)


@both("one two end text close")
def corked_while_connecting(s, listen):
    got = bytearray()

    def accept(sock):
        sock.on("data", got.extend).on("end", lambda: got == b"123" and s.steps.add("text"))

    server, target = listen(accept)
    if target:
        sock = s.keep(pynet.connect(target)).on("close", s.step("close"))

        sock.cork()
        sock.write("1", s.step("one"))
        sock.uncork()
        sock.cork()
        sock.write("2", s.step("two"))
        sock.write("3")
        sock.uncork()
        sock.end(s.step("end"))
        s.closes(server, sock)


@both("first last close")
def early_writes_of_which_some_fit(s, listen):
    """No memory for the request of the rest: those that have left are answered, then the others."""
    server, target = listen(lambda sock: sock.resume())
    if target:
        sock = s.keep(pynet.connect(target)).on("close", s.step("close"))
        for name in ("first", *range(6), "last"):
            sock.write(bytes(1 << 16), s.step(name))
        sock.end()
        s.closes(server, sock)


@both("one two three again close", "ERR_STREAM_DESTROYED", "ERR_SOCKET_CLOSED_BEFORE_CONNECTION")
def connected_again_while_writing(s, listen):
    server, target = listen(lambda sock: sock.resume())
    if target:
        sock = s.keep(pynet.Socket(allow_half_open=True)).on("close", lambda had_error: sock.writable or finish())

        def finish():
            s.steps.add("close")
            server.close()

        def write():
            sock.write(bytes(1 << 22), s.step("one"))
            sock.write("2", s.step("two"))
            sock.cork()
            sock.write("3", s.step("three"))
            sock.destroy()
            sock.connect(target, s.step("again", lambda: sock.end("4")))

        sock.connect(target, write)


@both("text close")
def rest_of_a_text(s, listen):
    """The peer ends within a character."""
    server, target = listen(lambda sock: sock.end(b"\xc3\xa9\xe2\x82"))
    if target:
        got = []
        sock = s.keep(pynet.connect(target)).set_encoding("utf8").on("close", s.step("close"))
        sock.on("readable", lambda: got.extend(iter(sock.read, None)))
        sock.on("end", lambda: "".join(got) == "é\ufffd" and s.steps.add("text"))
        s.closes(server, sock)


@both("drain close")
def drained_after_cork(s, listen):
    server, target = listen(lambda sock: sock.resume())
    if target:
        sock = s.keep(pynet.connect({**target, "high_water_mark": 10})).on("close", s.step("close"))

        def write():
            sock.cork()
            if not sock.write(bytes(20), s.note_or_none):
                sock.on("drain", s.step("drain", sock.end))
            sock.uncork()

        sock.once("connect", write)
        s.closes(server, sock)


@both("prefinish close", "ERR_STREAM_DESTROYED", "ERR_STREAM_PREMATURE_CLOSE")
def destroyed_in_prefinish(s, listen):
    server, target = listen(lambda sock: sock.resume())
    if target:
        sock = s.keep(pynet.connect(target)).on("close", s.step("close"))
        sock.on("prefinish", s.step("prefinish", sock.destroy))
        sock.once("connect", lambda: sock.end("1", lambda *args: None))
        s.closes(server, sock)


@scene("unpiped close")
def pipes_taken_out(s):
    server, target = s.unix(lambda sock: sock.resume().write("hello"))
    if target:
        sock = s.keep(pynet.connect(target))
        others = [s.keep(pynet.connect(target)).resume() for _ in range(2)]
        for other in others:
            other.on("unpipe", s.step("unpiped"))
            sock.pipe(other)

        def unpipe(chunk):
            sock.unpipe(others[0])
            sock.unpipe()
            for each in (sock, *others):
                each.destroy()

        sock.on("data", lambda chunk: pynet.set_immediate(unpipe, chunk))
        others[0].on("close", s.step("close"))
        s.closes(server, sock, *others)


@scene("unpiped close")
def more_pipes_than_fit_on_the_stack(s):
    server, target = s.tcp(lambda sock: sock.resume())
    if target:
        source = s.keep(pynet.Socket())
        others = [s.keep(pynet.connect(target)).resume() for _ in range(9)]
        for other in others:
            other.on("unpipe", s.step("unpiped")).on("close", s.step("close"))
            source.pipe(other)
        source.unshift(b"hello")
        pynet.set_timeout(source.destroy, 2)
        pynet.set_timeout(lambda: [other.end() for other in others], 3)
        s.closes(server, *others)


@both("paused close")
def into_one_buffer(s, listen):
    server, target = listen(lambda sock: sock.end(bytes(3000)))
    if target:

        def on_read(n, buffer):
            pynet.set_immediate(sock.resume)
            return False

        sock = s.keep(pynet.Socket(onread={"buffer": bytearray(1000), "callback": on_read}))
        sock.on("pause", s.step("paused")).on("close", s.step("close"))
        sock.connect(target)
        s.closes(server, sock)


@both("close", "OWN")
def buffers_that_cannot_be_made(s, listen):
    server, target = listen(lambda sock: sock.end(bytes(3000)))
    if target:

        def make():
            error = OSError("own")
            error.code = "OWN"
            raise error

        sock = s.keep(pynet.Socket(onread={"buffer": make, "callback": len}))
        sock.on("close", s.step("close")).connect(target)
        s.closes(server, sock)


# --- handles ---


def send_one(s, make, options=(), cork=False):
    """A handle that is sent through a pair of sockets: it is destroyed here or, if the call has raised, as before."""
    here, there = socket.socketpair()
    a, b = socket.socketpair()
    with here, there, a, b:
        sender, receiver = s.keep(pynet.Socket(fd=here.detach())), None
        try:
            receiver = s.keep(pynet.Socket(fd=there.detach(), receive_handles=True))
            handle = s.keep(make(a))
        except BaseException:
            sender.destroy()
            if receiver is not None:
                receiver.destroy()
            raise

    def arrived(made, _message):
        s.keep(made)
        s.steps.add("handle")
        made.destroy() if isinstance(made, pynet.Socket) else made.close()

    def is_open():
        return not handle.destroyed if isinstance(handle, pynet.Socket) else handle.listening

    receiver.on("handle", arrived).on("close", s.step("close", lambda _: sender.destroy()))
    if not is_open():  # listen() has failed
        sender.destroy()
        receiver.destroy()
        return
    if cork:
        sender.cork()
    try:
        sender.send_handle(handle, b"text", callback=s.note_or_none, **dict(options))
        s.steps.add("sent")
    except BaseException:
        assert is_open(), "the call has raised"
        assert sender.writable_length == 0, "it raised, and is queued"
        raise
    finally:
        if is_open():
            handle.destroy() if isinstance(handle, pynet.Socket) else handle.close()
        sender.uncork()
        sender.end()


@scene("sent handle close", "EPIPE", "ECONNRESET")
def sends_a_socket(s):
    send_one(s, lambda a: pynet.Socket(fd=a.detach()))


@scene("sent handle close", "EPIPE", "ECONNRESET")
def sends_a_socket_behind_cork(s):
    send_one(s, lambda a: pynet.Socket(fd=a.detach()), cork=True)


@scene("sent handle close", "EPIPE", "ECONNRESET")
def sends_a_server_that_stays(s):
    send_one(s, lambda a: pynet.Server().listen(0, "127.0.0.1"), {"keep_open": True})
