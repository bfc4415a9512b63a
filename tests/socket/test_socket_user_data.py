"""user_data of sockets and servers: a place for any object."""

from __future__ import annotations

import gc
import weakref

import pytest

import pynet
from helpers import Recorder


class Thing:
    pass


@pytest.mark.parametrize("kind_of", [pynet.Socket, pynet.Server])
def test_it_is_none_at_first_and_keeps_any_object(kind_of):
    obj = kind_of()
    assert obj.user_data is None
    for value in (5, [], Thing(), obj, None):
        obj.user_data = value
        assert obj.user_data is value
        assert obj.userData is value


@pytest.mark.parametrize("kind_of", [pynet.Socket, pynet.Server])
def test_del_makes_it_none(kind_of):
    obj = kind_of()
    obj.user_data = 5
    del obj.user_data
    assert obj.user_data is None
    del obj.user_data


@pytest.mark.parametrize("kind_of", [pynet.Socket, pynet.Server])
def test_the_object_is_released_with_the_owner(kind_of):
    obj, value = kind_of(), Thing()
    gone = weakref.ref(value)
    obj.user_data = value
    del value, obj
    assert gone() is None


@pytest.mark.parametrize("kind_of", [pynet.Socket, pynet.Server])
def test_a_circle_is_collected(kind_of):
    obj = kind_of()
    obj.user_data = [obj]
    gone = weakref.ref(obj)
    del obj
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("kind_of", [pynet.Socket, pynet.Server])
def test_user_code_that_runs_when_it_is_replaced(kind_of):
    obj = kind_of()

    class Again:
        def __del__(self):
            obj.user_data = 7

    obj.user_data = Again()
    obj.user_data = 5
    assert obj.user_data == 7


def test_it_stays_when_the_socket_is_destroyed_and_connects_again(pair):
    p = pair()
    p.client.user_data = "mine"
    closed = Recorder(p.client, "close")
    p.client.destroy()
    closed.wait("close")
    connected = Recorder(p.client, "connect")
    p.client.connect(p.server.address())
    connected.wait("connect")
    assert p.client.user_data == "mine"


def test_a_socket_without_it_is_no_bigger():
    """It is in a part that is made when it is needed."""
    # Beside the header, which a free-threaded CPython has bigger.
    assert pynet.Socket.__basicsize__ - object.__basicsize__ <= 232
