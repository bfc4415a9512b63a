"""repr() of Immediate and Turn."""

from __future__ import annotations

import pynet
from helpers import on_loop


def test_an_immediate():
    with pynet.turn():
        immediate = pynet.set_immediate(lambda: None)
        assert repr(immediate) == "<pynet.Immediate waiting>"
    on_loop(lambda: None)
    on_loop(lambda: None)
    assert repr(immediate) == "<pynet.Immediate run or cleared>"


def test_a_turn():
    turn = pynet.turn()
    assert repr(turn) == "<pynet.Turn not entered: with pynet.turn():>"
    with turn:
        assert repr(turn) == "<pynet.Turn entered>"
