"""python -m pynet check-ip: is an address in a list?"""

from __future__ import annotations

import os

import pytest

from commands import done, typed_at

RULES = """\
# what is blocked
10.0.0.0/8
192.0.2.1-192.0.2.9   ; a range
2001:db8::/32
203.0.113.7
"""


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules"
    path.write_text(RULES)
    return path


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("10.1.2.3", "10.0.0.0/8"),
        ("192.0.2.9", "192.0.2.1-192.0.2.9"),
        ("2001:db8::1", "2001:db8::/32"),
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:10.1.2.3", "10.0.0.0/8"),
    ],
)
def test_an_address_that_is_blocked_is_0_and_its_rule(rules, address, rule):
    assert done("check-ip", rules, address) == (0, f"{address} is blocked by {rule}\n".encode(), b"")


def test_an_address_that_is_not_blocked_is_1(rules):
    assert done("check-ip", rules, "192.0.2.10") == (1, b"192.0.2.10 is not blocked\n", b"")


def test_one_of_several_is_enough(rules):
    status, out, err = done("check-ip", rules, "192.0.2.10", "10.0.0.1", "::1")
    assert (status, err) == (0, b"")
    assert out.decode().splitlines() == [
        "192.0.2.10 is not blocked",
        "10.0.0.1 is blocked by 10.0.0.0/8",
        "::1 is not blocked",
    ]


def test_quiet_prints_nothing(rules):
    assert done("check-ip", "-q", rules, "10.0.0.1") == (0, b"", b"")
    assert done("check-ip", "-q", rules, "11.0.0.1") == (1, b"", b"")


def test_an_empty_file_blocks_nothing():
    assert done("check-ip", "/dev/null", "10.0.0.1") == (1, b"10.0.0.1 is not blocked\n", b"")


def test_a_file_that_is_missing_is_2(tmp_path):
    status, out, err = done("check-ip", tmp_path / "none", "10.0.0.1")
    assert (status, out) == (2, b"")
    assert err.decode() == f"pynet: {tmp_path / 'none'}: No such file or directory\n"


def test_a_rule_that_is_wrong_is_2_and_names_its_line(tmp_path):
    path = tmp_path / "rules"
    path.write_text("10.0.0.1\n10.0.0.0/33\n")
    status, out, err = done("check-ip", path, "10.0.0.1")
    assert (status, out, err.count(b"\n")) == (2, b"", 1)
    assert err.decode().startswith(f"pynet: {path}: line 2: ")


def test_the_file_may_be_a_published_list(tmp_path):
    path = tmp_path / "rules"
    path.write_text('create a hash:net family inet\nadd a 10.0.0.0/8 comment "x # y"\nOrg #1:192.0.2.1-192.0.2.9\n')
    status, out, err = done("check-ip", path, "10.1.2.3", "192.0.2.5")
    assert (status, err) == (0, b"")
    assert out == b"10.1.2.3 is blocked by 10.0.0.0/8\n192.0.2.5 is blocked by 192.0.2.1-192.0.2.9\n"


def test_the_answer_has_a_colour_on_a_terminal(rules, running):
    main, terminal = os.openpty()
    process = running("check-ip", rules, "10.0.0.1", stdout=terminal, env={"TERM": "xterm", "NO_COLOR": ""})
    os.close(terminal)
    shown = typed_at(main)
    os.close(main)
    assert process.wait(20) == 0
    assert shown == b"10.0.0.1 \x1b[31mis blocked\x1b[0m by 10.0.0.0/8\r\n"
