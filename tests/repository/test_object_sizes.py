"""How big the objects are of which a program has thousands. The header has 16 bytes; on a free-threaded CPython, 32.
CPython allocates in steps of 16 bytes."""

import struct
import sys

import pytest

import pynet

pytestmark = pytest.mark.skipif(
    struct.calcsize("P") != 8 or sys.implementation.name != "cpython", reason="the limits are those of 64-bit CPython"
)


@pytest.mark.parametrize(
    ("kind", "limit"), [(pynet.EventEmitter, 88), (pynet.Socket, 240), (pynet.Server, 368)], ids=lambda x: str(x)
)
def test_an_object_has_the_size_that_the_bench_of_memory_counts_on(kind, limit):
    assert kind.__basicsize__ - object.__basicsize__ + 16 <= limit
