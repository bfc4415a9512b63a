"""What is tested here are the tools of the checkout, which import from their own folders."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="package", autouse=True)
def folders_on_the_path():
    """Scripts import from their folder again: tests/conftest.py has switched that off."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONSAFEPATH")
        yield
