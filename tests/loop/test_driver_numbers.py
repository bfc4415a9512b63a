"""The number of a descriptor that other code closed is another file's by now: an error, never an abort."""

import pytest

from isolated.descriptors import check


def test_a_descriptor_whose_number_is_somebody_elses_by_now():
    """Closed behind our back, and the number taken by a file or by another socket: their owner's, not ours."""
    for other in ("os.open('/etc/passwd', os.O_RDONLY)", "socket.socketpair()", "os.pipe()"):
        check(f"""
            def on_connection(sock):
                sock.on("error", lambda err: None)
                peers.append(sock)
            peers = []
            server = pynet.create_server({{"pause_on_connect": True}}, on_connection).listen(0, "127.0.0.1")
            for change in (
                lambda s: s.resume(), lambda s: s.write("x" * 8_000_000), lambda s: s.end(), lambda s: s.pause(),
            ):
                for reading in (False, True):
                    raw, sock = connected(server, peers)
                    if reading:
                        sock.resume()
                        assert called_soon()
                    with pynet.turn():
                        number = sock.fileno()
                        os.close(number)
                        taken = {other}
                    change(sock)
                    for _ in range(3): assert called_soon()
                    sock.destroy()
                    wait(lambda: sock.closed)
                    raw.close()
                    peers.clear()
            server.close()
        """)


@pytest.mark.parametrize("old", ["sock", "paused", "other"])
@pytest.mark.parametrize("new", ["accepted", "connected"])
def test_a_new_connection_gets_the_number_of_an_old_descriptor(new, old):
    """libuv gave the events of one to the other. The new one fails, the old one hears of it, the next one works."""
    check(f"""
        import select
        peers, heard, refused = [], [], []
        server = pynet.create_server(peers.append).listen(0, "127.0.0.1")
        sys.unraisablehook = lambda args: refused.append(args.exc_value.code)  # a failed accept()
        other = pynet.create_server().listen(0, "127.0.0.1")
        other.on("connection", lambda sock: None)
        raw, sock = connected(server, peers)
        if {old!r} == "paused": sock.pause()
        else: sock.resume()
        paused = sock
        for emitter in (sock, other): emitter.on("error", lambda err: heard.append(err.code))
        assert called_soon()
        own, theirs = {old}.fileno(), server.address().port
        # The kernel gives the lowest number that is free.
        fillers = []
        while not fillers or fillers[-1] < own:
            fillers.append(os.open("/dev/null", os.O_RDONLY))
        attempts = []
        with pynet.turn():
            os.close(own)
            if {new!r} == "connected":
                attempts.append(pynet.connect(theirs, "127.0.0.1"))
                attempts[0].on("error", lambda err: refused.append(err.code))
        if {new!r} == "accepted":
            second = socket.socket()  # it would take the number
            third = os.dup(second.fileno()) if second.fileno() == own else -1
            if third >= 0: second.detach(); os.close(own); second = socket.socket(fileno=third)
            second.connect(("127.0.0.1", theirs))
        wait(lambda: heard and refused)
        assert (heard, refused) == (["EBADF"], ["EEXIST"]), (heard, refused)
        {{'sock': sock.destroy, 'paused': sock.destroy, 'other': other.close}}[{old!r}]()
        assert called_soon()
        bystander = echo_server()
        assert talk(bystander) == b"hello"
        bystander.close(); server.close(); other.close(); raw.close()
        assert errors == []
    """)


def test_a_number_that_is_taken_while_the_peer_resets(kind, tmp_path):
    """libuv hands a descriptor with a hang-up to the backend again, although it asks for the same events."""
    check(
        f"""
        import struct
        peers, heard = [], []
        def on_connection(sock):
            peers.append(sock)
            sock.on("data", take)
            sock.on("error", lambda err: heard.append(err.code))
        def take(data):
            others = socket.socketpair()
            for end in others: end.setblocking(False)
            peers.append(others)
            os.dup2(others[0].fileno(), peers[0].fileno())
        server = pynet.create_server({{"allow_half_open": True}}, on_connection)
        server.listen(*([sys.argv[1]] if {kind!r} == "unix" else [0, "127.0.0.1"]))
        raw, sock = connected(server, peers)
        assert called_soon()
        with pynet.turn():
            raw.sendall(bytes(1 << 16))  # a whole buffer: libuv reads again
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raw.close()
        wait(lambda: len(peers) == 2)
        for _ in range(3): assert called_soon()
        sock.destroy()
        wait(lambda: sock.closed)
        server.close()
        assert errors == []
        """,
        tmp_path / "s.sock",
    )
