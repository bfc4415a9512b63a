"""The option `timeout` of connect() is in milliseconds: a small one warns, and names what is in seconds."""

import warnings

import pytest

import pynet
from helpers import target

BOTH = "timeout=.* milliseconds without activity.*connect_timeout.*seconds"


@pytest.mark.parametrize("value", [5, 0.5, 99])
def test_a_small_timeout_warns_and_names_both(server, value):
    srv = server()
    with pytest.warns(RuntimeWarning, match=BOTH) as caught:
        client = pynet.connect({**target(srv), "timeout": value})
    assert client.timeout == value
    assert caught[0].filename == __file__
    client.destroy()


@pytest.mark.parametrize("value", [0, 100, 5000, None])
def test_any_other_timeout_does_not_warn(server, value):
    srv = server()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pynet.connect({**target(srv), "timeout": value}).destroy()


def test_an_error_of_the_warning_connects_nothing(server):
    srv = server()
    before = pynet._pynet._counts()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning):
            pynet.connect(**target(srv), timeout=5)
    after = pynet._pynet._counts()
    assert (after["sockets"], after["streams"]) == (before["sockets"], before["streams"])


def test_connect_timeout_in_seconds_does_not_warn(server):
    srv = server()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pynet.connect(**target(srv), connect_timeout=5).destroy()
