"""repr() of what waits: futures and iterators."""

from __future__ import annotations

import pynet
from helpers import Recorder


def test_a_future(pair):
    client = pair().client
    future = pynet.once(client, "data")
    assert repr(future) == f"<pynet.Future pending 'data' of {client!r}>"
    future.cancel()
    assert repr(future) == f"<pynet.Future cancelled 'data' of {client!r}>"


def test_a_future_with_a_result(pair):
    client = pair().client
    assert repr(pynet.once(client, "connect")) == "<pynet.Future done>"
    future = pynet.once(client, "close")
    client.destroy()
    assert future.result(5) is False
    assert repr(future) == f"<pynet.Future done 'close' of {client!r}>"


def test_a_future_that_failed(pair):
    client = pair().client
    future = pynet.once(client, "data")
    Recorder(client.destroy(), "close").wait("close")
    assert future.exception(5) is not None
    assert repr(future) == f"<pynet.Future failed 'data' of {client!r}>"


def test_iterators_of_a_socket(pair):
    client = pair().client
    assert repr(iter(client)) == f"<pynet.SocketIterator of {client!r}>"
    lines = client.lines()
    assert repr(lines) == f"<pynet.LineIterator of {client!r}>"
    lines.close()
    assert repr(lines) == f"<pynet.LineIterator of {client!r}, ended>"


def test_an_iterator_of_a_server(server):
    srv = server()
    assert repr(iter(srv)) == f"<pynet.ServerIterator of {srv!r}>"
