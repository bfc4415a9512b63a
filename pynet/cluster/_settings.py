"""The settings of setup_primary(), their checks, and the command that starts a worker."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from pynet import _private
from pynet._support import coded

__all__ = ["SCHEDULINGS", "check", "command"]

SCHEDULINGS = ("fair", "none", "rr", "reuse_port")
SERIALIZATIONS = ("pickle", "json")
POLICY = "PYNET_CLUSTER_SCHED_POLICY"


def default_scheduling() -> str:
    """That of the environment; a wrong value there is an error at once, not a silent default."""
    return _one_of(POLICY, os.environ.get(POLICY) or "fair", values=SCHEDULINGS)


def _value_error(name: str, what: str, value: object) -> ValueError:
    return coded(ValueError(f'The value of "{name}" must be {what}. Received {value!r}'), "ERR_INVALID_ARG_VALUE")


def _one_of(name: str, value: Any, *, values: Sequence[str]) -> str:
    if not isinstance(value, str):
        _private.raise_arg_type(name, "a str", value)
    if value not in values:
        raise _value_error(name, "one of " + ", ".join(map(repr, values)), value)
    return value


def _path(name: str, value: Any) -> str:
    if not isinstance(value, str | bytes | os.PathLike):
        _private.raise_arg_type(name, "a path (str, bytes or os.PathLike)", value)
    return os.fsdecode(value)


def _strings(name: str, value: Any) -> list[str]:
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        _private.raise_arg_type(name, "a list of str", value)
    return [_path(f"{name}[{i}]", item) for i, item in enumerate(value)]


def environment(name: str, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        _private.raise_arg_type(name, "a mapping of str to str", value)
    for key, item in value.items():
        if not isinstance(key, str):
            _private.raise_arg_type(f"a key of {name}", "a str", key)
        if not isinstance(item, str):
            _private.raise_arg_type(f"{name}[{key!r}]", "a str", item)
    return dict(value)


def _bool(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        _private.raise_arg_type(name, "a bool", value)
    return bool(value)


def positive(name: str, value: Any) -> float:
    """A number of seconds over 0."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        _private.raise_arg_type(name, "a number of seconds", value)
    if not 0 < value < float("inf"):
        message = f'The value of "{name}" is out of range. It must be > 0 and finite. Received {value!r}'
        raise coded(ValueError(message), "ERR_OUT_OF_RANGE")
    return float(value)


def check(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of setup_primary() that are not None, checked; raises before anything has changed."""
    checks: dict[str, Callable[[str, Any], object]] = {
        "exec": _path,
        "args": _strings,
        "exec_argv": _strings,
        "cwd": _path,
        "env": environment,
        "silent": _bool,
        "restart": _bool,
        "heartbeat": positive,
        "scheduling": partial(_one_of, values=SCHEDULINGS),
        "serialization": partial(_one_of, values=SERIALIZATIONS),
    }
    return {name: checks[name](name, value) for name, value in given.items() if value is not None}


def command(settings: Mapping[str, Any]) -> list[str]:
    """The command line of a worker: the script `exec`, or what started this process, once more."""
    executable = sys.executable
    own = sys.orig_argv[1:]
    script = settings.get("exec")
    if script is None:
        if hasattr(sys, "ps1") or not own or own[0] == "-" or sys.flags.interactive:
            raise RuntimeError(
                "a worker runs the command of this process again, and this process is a prompt: set the script of the "
                "workers by cluster.setup_primary(exec=PATH)"
            )
        if "args" not in settings and "exec_argv" not in settings:
            return [executable, *own]
        position = _script_position(own)
        options, own = own[:position], own[position:]
        module = own[:2] if own[0] in ("-m", "-c") else own[:1]
        rest = own[len(module) :]
        return [executable, *settings.get("exec_argv", options), *module, *settings.get("args", rest)]
    return [executable, *settings.get("exec_argv", []), script, *settings.get("args", [])]


def _script_position(argv: Sequence[str]) -> int:
    """Where the script, -m or -c begins in the arguments of Python."""
    i = 0
    while i < len(argv) and argv[i].startswith("-") and argv[i] not in ("-m", "-c"):
        i += 2 if argv[i] in ("-W", "-X", "--check-hash-based-pycs") else 1
    return min(i, len(argv) - 1)
