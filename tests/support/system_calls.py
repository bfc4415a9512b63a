"""A kernel that refuses a system call, for scripts in interpreters of their own: a filter of theirs (seccomp)."""

from __future__ import annotations

import platform
import sys

import pytest

CALLS = {
    "x86_64": {"socket": 41, "setsockopt": 54, "chmod": 90, "fchownat": 260},
    "aarch64": {"socket": 198, "setsockopt": 208, "chmod": 53, "fchownat": 54},
}.get(platform.machine(), {})
MODE_OF_CHMOD = 2 if platform.machine() == "aarch64" else 1  # the index of the argument: there chmod() is fchmodat()
needs_filter = pytest.mark.skipif(sys.platform != "linux" or not CALLS, reason="the filter is Linux's")

# When argument `index` of `call` is `value`, the call fails with `error`. Begins a script.
REFUSE = """
    import ctypes, struct

    def refuse(call, index, value, error):
        libc = ctypes.CDLL(None, use_errno=True)
        rows = [
            (0x20, 0, 0, 0),  # load the number of the call
            (0x15, 0, 3, call),
            (0x20, 0, 0, 16 + 8 * index),  # load the argument's lower half
            (0x15, 0, 1, value),
            (0x06, 0, 0, 0x00050000 | error),  # SECCOMP_RET_ERRNO
            (0x06, 0, 0, 0x7FFF0000),  # SECCOMP_RET_ALLOW
        ]
        code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *row) for row in rows))
        program = struct.pack("HxxxxxxP", len(rows), ctypes.addressof(code))
        assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
        assert libc.prctl(22, 2, program, 0, 0) == 0  # PR_SET_SECCOMP

"""
