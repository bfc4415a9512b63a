"""What tests expect of reference counts that a free-threaded CPython does not do, with or without the GIL."""

from __future__ import annotations

import sysconfig

import pytest

IS_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))

# 3.13 keeps a class while another thread runs. An object of another thread is freed by that thread, when it next runs.
frees_at_once = pytest.mark.skipif(IS_FREE_THREADED, reason="a free-threaded CPython frees it later")
