"""Values of every kind to give to every argument, and what each kind of argument makes of them.

An expectation is a function of a value: None when the argument takes it (or when nobody has said what becomes of it),
else the code of the error it has to raise, or a tuple of codes where Node's documentation leaves the choice.
"""

from __future__ import annotations

import decimal
import math
import re
import socket
from fractions import Fraction

import pytest

import pynet

TYPE, VALUE, RANGE = "ERR_INVALID_ARG_TYPE", "ERR_INVALID_ARG_VALUE", "ERR_OUT_OF_RANGE"
PORT, MISSING, ADDRESS = "ERR_SOCKET_BAD_PORT", "ERR_MISSING_ARGS", "ERR_INVALID_IP_ADDRESS"
FD_TYPE, HANDLE_TYPE, ENCODING = "ERR_INVALID_FD_TYPE", "ERR_INVALID_HANDLE_TYPE", "ERR_UNKNOWN_ENCODING"
CLASSES = {TYPE: TypeError, MISSING: TypeError, HANDLE_TYPE: TypeError, "ERR_STREAM_NULL_VALUES": TypeError}


class Int(int):
    pass


class Str(str):
    pass


class Index:
    def __index__(self):
        return 1


class CallableObject:
    def __call__(self, *args):
        raise AssertionError("nobody calls it")


async def coroutine_function():
    pass


def function(*args):
    raise AssertionError("nobody calls it")


VALUES = {
    "None": None,
    "True": True,
    "False": False,
    "0": 0,
    "1": 1,
    "minus 1": -1,
    "1.5": 1.5,
    "minus 0.5": -0.5,
    "nan": math.nan,
    "inf": math.inf,
    "minus inf": -math.inf,
    "2 to the 31": 2**31,
    "2 to the 64": 2**64,
    "huge": 10**400,
    "minus huge": -(10**400),
    "int subclass minus 1": Int(-1),
    "empty text": "",
    "blank": " ",
    "x": "x",
    "text 1": "1",
    "text with null": "a\0b",
    "lone surrogate": "\ud800",
    "str subclass": Str("x"),
    "bytes": b"x",
    "empty bytes": b"",
    "bytearray": bytearray(b"x"),
    "list": [],
    "list of 1": [1],
    "tuple": (),
    "dict": {},
    "set": {1},
    "object": object(),
    "class": int,
    "function": function,
    "callable object": CallableObject(),
    "coroutine function": coroutine_function,
    "complex": 1j,
    "Decimal": decimal.Decimal(1),
    "Fraction": Fraction(3, 2),
    "index": Index(),
    "emitter": pynet.EventEmitter(),
    "exception": ValueError("x"),
}


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number(low=-math.inf, high=math.inf, *, integer=False, none=None, codes=RANGE):
    """A number of a range; infinities and NaN are in none."""

    def expected(value):
        if value is None:
            return none
        if not is_number(value):
            return TYPE
        good = math.isfinite(value) if isinstance(value, float) else True
        good = good and low <= value <= high and (not integer or value == int(value))
        return None if good else codes

    return expected


def seconds(value):
    """Ours, not Node's: infinity may stand for no limit."""
    return None if value == math.inf else number(0)(value)


def any_number(value):
    """A number, and be it absurd."""
    return None if value is None or is_number(value) else TYPE


def boolean(value):
    return None if value is None or isinstance(value, bool) else TYPE


def text(value):
    return None if value is None or isinstance(value, str) else TYPE


def one_of(*choices):
    """One of some texts; the error may call a value of a wrong type a wrong value."""

    def expected(value):
        if value is None or value in choices:
            return None
        return VALUE if isinstance(value, str) else (VALUE, TYPE)

    return expected


def callback(value):
    if value is None or value in (int, function) or isinstance(value, CallableObject):
        return None
    return TYPE


def instance(kind):
    """An object of ours; None and what is false is none at all."""

    def expected(value):
        return None if isinstance(value, kind) or not value else TYPE

    return expected


def strict_instance(kind):
    """The same where only None is none at all."""

    def expected(value):
        return None if value is None or isinstance(value, kind) else TYPE

    return expected


def hints(value):
    known = socket.AI_ADDRCONFIG | socket.AI_V4MAPPED | socket.AI_ALL
    if value is None:
        return None
    if not is_number(value):
        return TYPE
    good = isinstance(value, int) and value >= 0 and value & ~known == 0
    return None if good else (VALUE, RANGE)


def local_address(value):
    """The text of an address; what is false is none."""
    if not value or value is None:
        return None
    return ADDRESS if isinstance(value, str) else (ADDRESS, TYPE)


def local_port(value):
    if value is None or value is False or (isinstance(value, float) and math.isnan(value)):
        return None  # Node ignores them
    return number(0, 65535, integer=True, codes=(RANGE, PORT))(value)


def camel(name):
    return re.sub(r"_([a-z])", lambda m: m.group(1).upper(), name)


def check_error(error, codes, *names):
    """Its class is the one of its code, and its message names the argument, in one spelling or the other."""
    codes = codes if isinstance(codes, tuple) else (codes,)
    assert getattr(error, "code", None) in codes, repr(error)
    assert type(error) is CLASSES.get(error.code, ValueError)
    said = str(error)
    assert any(name in said for name in names) or any(camel(name) in said for name in names), said
    assert len(said) < 1000, "the value is shown in short"


def refused(codes, names, call, *args, **kwargs):
    """Raised at once; `names` is the argument's name, or several it may have."""
    names = (names,) if isinstance(names, str) else names
    with pytest.raises((TypeError, ValueError)) as info:
        call(*args, **kwargs)
    check_error(info.value, codes, *names)
    return info.value


def wrong(expectation):
    """(label, value, code) of each value that an argument must refuse."""
    return [(label, value, code) for label, value in VALUES.items() if (code := expectation(value)) is not None]


def all_refused(expectation, check, leave_out=lambda value: False):
    """check(value, code) for each value that the argument must refuse; the failure lists all that went wrong."""
    problems, tried = [], 0
    for label, value, code in wrong(expectation):
        if leave_out(value):
            continue
        tried += 1
        try:
            check(value, code)
        except (Exception, pytest.fail.Exception) as error:
            problems.append(
                f"{label}: {type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}"
            )
    assert tried, "the table has no wrong value for it"
    assert not problems, "\n".join(problems)
