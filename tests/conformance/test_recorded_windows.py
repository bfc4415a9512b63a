"""What Node for Windows does, beside what Node for Linux does: windows.toml says which traces differ, and why."""

import re

import suite


def trace(name, kind, folder):
    """Without the numbers of errors: libuv's on Windows, those of the system elsewhere."""
    text = suite.recorded_path(name, kind, folder).read_text(encoding="utf-8")
    return re.sub(r"errno=\d+", "errno=<number>", text)


def test_each_case_is_recorded_or_left_out():
    recorded = {path.name for path in suite.RECORDED_WINDOWS.glob("*.txt")}
    assert recorded == {suite.recorded_path(*case).name for case in suite.windows_cases()}


def test_left_out_cases_exist():
    found = {(name, kind) for name in suite.names() for kind in suite.kinds(name)}
    assert set(suite.of_windows("left_out")) <= found


def test_traces_that_differ_have_a_reason():
    differ = {
        (name, kind)
        for name, kind in suite.windows_cases()
        if not suite.only_windows(name)
        and trace(name, kind, suite.RECORDED_WINDOWS) != trace(name, kind, suite.RECORDED)
    }
    assert differ == set(suite.of_windows("differs"))
