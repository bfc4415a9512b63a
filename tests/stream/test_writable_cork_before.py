"""cork() holds back what is written after it, and nothing that was written before."""

import pytest

import pynet
from helpers import Recorder, on_loop, target, wait_until


def test_cork_while_connecting_holds_back_only_what_comes_after_it(server):
    """Both writes before it leave with the connection; Node holds the second one back."""
    peers = []
    srv = server(lambda sock: peers.append(Recorder(sock, "data")))
    with pynet.turn():
        client = pynet.connect(target(srv))
        client.write(b"one")
        client.write(b"two")
        client.cork()
        client.write(b"three")
    assert wait_until(lambda: peers and peers[0].data() == b"onetwo")
    assert client.writable_length == 5
    client.end()
    peers[0].wait_for(lambda: peers[0].data() == b"onetwothree")


def test_cork_holds_back_only_what_comes_after_it_when_the_kernel_is_full(pair):
    p = pair()
    big = b"x" * 8_000_000
    p.client.write(big)
    p.client.write(b"two")
    assert p.client.writable_length > 3
    p.client.cork()
    p.client.write(b"three")
    log = Recorder(p.peer, "data")
    assert wait_until(lambda: p.client.writable_length == 5)
    log.wait_for(lambda: p.peer.bytes_read == len(big) + 3)
    p.client.uncork()
    log.wait_for(lambda: p.peer.bytes_read == len(big) + 8)
    assert log.data().endswith(b"xtwothree")


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_destroy_tries_to_send_what_was_written_before_cork(pair):
    p = pair()
    log = Recorder(p.peer, "data", "end")

    def write():
        p.client.write(b"one")
        p.client.write(b"two")
        p.client.cork()
        p.client.write(b"three")
        p.client.destroy()

    on_loop(write)
    log.wait("end")
    assert log.data() == b"onetwo"
