"""Every way of reading beside every other, over every split of the bytes: together they get the stream, in order."""

from __future__ import annotations

import itertools
import random

import pytest

import pynet
from helpers import connected_pair

STREAM = b"ab\nc\xc3\xa4\nx"
TEXT = STREAM.decode()


def by_wait(sock, left):
    return sock.wait("data", timeout=5)


def by_once(sock, left):
    return pynet.once(sock, "data").result(5)


def by_readable(sock, left):
    sock.wait("readable", timeout=5)
    return sock.read()


def by_frame(sock, left):
    return sock.read_until("\n", timeout=5) if "\n" in left else by_count(sock, left)


def by_count(sock, left):
    return sock.read_exactly(min(2, len(left)), timeout=5)


def by_line(sock, left):
    for line in sock.lines(keep_ends=True):
        return line
    raise AssertionError("the end")


def by_loop(sock, left):
    for chunk in sock:
        return chunk
    raise AssertionError("the end")


def by_unshift(sock, left):
    for chunk in sock:
        sock.unshift(chunk)
        break
    return chunk[:0]


WAYS = [by_wait, by_once, by_readable, by_frame, by_count, by_line, by_loop, by_unshift]


def read_all(sock, ways, whole):
    """Reads with one way after the other until it has got as much as `whole`."""
    got = whole[:0]
    while len(got) < len(whole):
        got += next(ways)(sock, whole[len(got) :] if isinstance(whole, str) else whole[len(got) :].decode("latin1"))
    return got


def send(sock, pieces):
    """Writes each piece in a turn of its own, and then ends."""

    def step():
        piece = next(rest, None)
        if piece is None:
            sock.end()
            return
        sock.write(piece)
        pynet.set_timeout(step, 1)

    rest = iter(pieces)
    pynet.next_tick(step)


@pytest.mark.parametrize("first", WAYS)
@pytest.mark.parametrize("text", [False, True], ids=["bytes", "text"])
def test_two_ways_of_reading_get_every_byte_of_every_split(where, first, text):
    whole = TEXT if text else STREAM
    for second, at in itertools.product(WAYS, range(len(STREAM) + 1)):
        p = connected_pair(where, {}, {})
        if text:
            p.client.set_encoding("utf8")
        send(p.peer, [STREAM[:at], STREAM[at:]])
        ways = itertools.chain([first], itertools.repeat(second, 40), itertools.repeat(by_loop))
        try:
            if second is by_unshift:
                ways = itertools.cycle([first, second, by_count])
            assert read_all(p.client, ways, whole) == whole, (second.__name__, at)
            assert p.client.wait("end", timeout=5) is None
        finally:
            p.close()
            p.server.wait("close", timeout=5)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("text", [False, True], ids=["bytes", "text"])
def test_random_ways_of_reading_get_every_byte(where, seed, text):
    rng = random.Random(seed)
    stream = "".join(rng.choices("ab\u00e4\u20ac\n", k=600)) + "z"
    raw = stream.encode()
    cuts = sorted(rng.sample(range(len(raw)), 25))
    p = connected_pair(where, {"high_water_mark": rng.choice([1, 16, 65536])}, {})
    if text:
        p.client.set_encoding("utf8")
    send(p.peer, [raw[i:j] for i, j in itertools.pairwise([0, *cuts, len(raw)])])
    try:
        whole = stream if text else raw
        assert read_all(p.client, iter(lambda: rng.choice(WAYS), None), whole) == whole
    finally:
        p.close()


@pytest.mark.parametrize("seed", range(6))
def test_set_encoding_at_any_place_gets_every_byte(where, seed):
    """What is read before it is bytes, what comes after it is text, also when the end has come."""
    rng = random.Random(seed)
    stream = "".join(rng.choices("ab\u00e4\u20ac\n", k=80)) + "z"
    raw = stream.encode()
    for before in (0, 1, 20, 60):
        split = len(stream[:before].encode())
        cut = rng.randrange(len(raw))
        p = connected_pair(where, {}, {})
        send(p.peer, [raw[:cut], raw[cut:]])
        try:
            head = p.client.read_exactly(split, timeout=5)
            p.client.set_encoding("utf8")
            tail = read_all(p.client, iter(lambda: rng.choice(WAYS), None), stream[before:])
            assert head.decode() + tail == stream
        finally:
            p.close()
            p.server.wait("close", timeout=5)
