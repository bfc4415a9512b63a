"""tests/support/windows_skips.txt names tests that exist."""

import re

from paths import ROOT

LINES = (ROOT / "tests" / "support" / "windows_skips.txt").read_text(encoding="utf-8").splitlines()


def test_each_line_names_a_test_behind_a_reason():
    wrong, why = [], None
    for line in LINES:
        if line.startswith("#"):
            why = line[2:]
            continue
        if not line:
            continue
        file, _, name = line.partition("[")[0].partition("::")
        function = name.rpartition("::")[2]
        source = (ROOT / file).read_text(encoding="utf-8") if (ROOT / file).is_file() else ""
        if why is None or not re.search(rf"def {function}\(", source):
            wrong.append(line)
    assert wrong == []


def test_no_line_stands_twice():
    names = [line for line in LINES if line and not line.startswith("#")]
    assert sorted(set(names)) == sorted(names)
