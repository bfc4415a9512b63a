"""BlockList against a naive model, a list of intervals by ipaddress, in random lives; and against real Node's table."""

from __future__ import annotations

import ipaddress

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import addresses
from pynet import BlockList

MAPPED = int(ipaddress.ip_address("::ffff:0.0.0.0"))


def unmapped(ip):
    """The IPv4 address that an IPv4-mapped one stands for."""
    return ip.ipv4_mapped if ip.version == 6 and ip.ipv4_mapped else ip


def mapped(ip):
    return ip if ip.version == 6 else ipaddress.IPv6Address(MAPPED + int(ip))


class Rule:
    """A rule as text, and the intervals that it covers: the first and last address of one family or of both."""

    def __init__(self, text, first, last, ipv4=None):
        self.text = text
        self.spans = [(mapped(first), mapped(last))]
        low, high = unmapped(first), unmapped(last)
        if ipv4 is not None:
            self.spans.append(ipv4)
        elif low.version == high.version == 4:
            self.spans.append((low, high))

    def covers(self, ip):
        return any(first.version == ip.version and first <= ip <= last for first, last in self.spans)


def address_rule(ip):
    return Rule(str(ip), ip, ip)


def range_rule(a, b):
    first, last = sorted((a, b))
    return Rule(f"{first}-{last}", first, last)


def subnet_rule(ip, prefix):
    net = ipaddress.ip_network((int(ip), prefix) if ip.version == 4 else (ip, prefix), strict=False)
    first, last = net.network_address, net.broadcast_address
    everything = None
    if ip.version == 6 and first <= ipaddress.IPv6Address(MAPPED) <= last and prefix < 96:
        everything = (ipaddress.IPv4Address(0), ipaddress.IPv4Address(2**32 - 1))
    return Rule(f"{ip}/{prefix}", first, last, everything)


# Few places, close together and at the ends, so that rules meet; and any address at all.
near_v4 = st.builds(
    lambda base, low: ipaddress.IPv4Address((base + low) % 2**32),
    st.sampled_from([0, 0x0A000000, 0x0A0000F8, 0x7FFFFFF8, 2**32 - 8]),
    st.integers(0, 15),
)
near_v6 = st.builds(
    lambda base, low: ipaddress.IPv6Address((base + low) % 2**128),
    st.sampled_from(
        [0, MAPPED - 8, MAPPED, MAPPED + 0x0A000000, MAPPED + 2**32 - 8, 0xFE80 << 112, 2**64 - 8, 2**128 - 8]
    ),
    st.integers(0, 15),
)
v4 = near_v4 | st.ip_addresses(v=4)
v6 = near_v6 | st.ip_addresses(v=6)
rules = (
    st.builds(address_rule, v4 | v6)
    | st.builds(range_rule, v4, v4)
    | st.builds(range_rule, v6, v6)
    | st.builds(subnet_rule, v4, st.sampled_from([0, 1, 8, 24, 28, 31, 32]) | st.integers(0, 32))
    | st.builds(subnet_rule, v6, st.sampled_from([0, 1, 64, 80, 95, 96, 97, 124, 127, 128]) | st.integers(0, 128))
)


def answers(b, ip):
    """What the list says of an address, asked in every way; they must agree."""
    said = b.check(str(ip), f"ipv{ip.version}")
    assert (str(ip) in b) is (ip in b) is b.check(ip) is said
    return said


def edges(rule):
    """The addresses where a rule begins and ends, and their neighbours."""
    for first, last in rule.spans:
        kind, most = type(first), 2**32 - 1 if first.version == 4 else 2**128 - 1
        for value in {int(first) - 1, int(first), int(last), int(last) + 1}:
            if 0 <= value <= most:
                yield kind(value)


@given(st.lists(rules, max_size=12), st.lists(v4 | v6, max_size=10))
def test_check(listed, asked):
    b = BlockList(rule.text for rule in listed)
    asked = [*asked, *(ip for rule in listed for ip in edges(rule))]
    wrong = [ip for ip in asked if answers(b, ip) is not any(rule.covers(ip) for rule in listed)]
    assert wrong == []


@given(st.lists(rules, max_size=12))
def test_round_trips(listed):
    b = BlockList(rule.text for rule in listed)
    assert BlockList(b) == b
    assert BlockList(reversed(list(b))) == b
    again = BlockList()
    again.from_json(b.to_json())
    assert again == b


class Life(RuleBasedStateMachine):
    """Rules come and go; after each step the list answers as the model does."""

    def __init__(self):
        super().__init__()
        self.list = BlockList()
        self.model: list[Rule] = []
        self.points: list = []

    @initialize(points=st.lists(v4 | v6, min_size=1, max_size=8))
    def choose_points(self, points):
        self.points = points

    def forget(self, text):
        """One rule of this text, the newest; an address in either notation. True when there was one."""
        same = self.same_address(text)
        for at in range(len(self.model) - 1, -1, -1):
            if self.model[at].text == text or (same and self.same_address(self.model[at].text) == same):
                del self.model[at]
                return True
        return False

    @staticmethod
    def same_address(text):
        return None if "/" in text or "-" in text else str(unmapped(ipaddress.ip_address(text)))

    def remember(self, rule):
        if self.same_address(rule.text):
            self.forget(rule.text)
        self.model.append(rule)
        self.points = [*self.points[-40:], *edges(rule)]

    @rule(rule=rules)
    def add(self, rule):
        self.list.add(rule.text)
        self.remember(rule)

    @rule(added=st.lists(rules, max_size=6))
    def update(self, added):
        self.list.update([one.text for one in added])
        for one in added:
            self.remember(one)

    @rule(added=st.lists(rules, max_size=6))
    def fail_to_update(self, added):
        try:
            self.list.update([one.text for one in added] + ["1.2.3.4/33"])
        except ValueError:
            pass

    @rule(rule=rules)
    def discard_any(self, rule):
        self.list.discard(rule.text)
        self.forget(rule.text)

    @rule(data=st.data())
    def discard_one(self, data):
        if self.model:
            text = data.draw(st.sampled_from([one.text for one in self.model]))
            self.list.discard(text)
            assert self.forget(text)

    @rule()
    def clear(self):
        self.list.clear()
        self.model.clear()

    @invariant()
    def answers_as_the_model(self):
        for ip in self.points:
            assert answers(self.list, ip) is any(rule.covers(ip) for rule in self.model), ip

    @invariant()
    def holds_the_same_rules(self):
        assert len(self.list) == self.list.size == len(self.model)
        assert list(self.list) == [shown(rule.text) for rule in self.model]


def shown(text):
    """A rule's text with its addresses in pynet's canonical form, which shows more of them with dots."""
    return next(iter(BlockList([text])))


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_recorded_lives_of_node():
    table = addresses.load()["block_list"]
    assert len(table) > 300
    assert sum(said for life in table for *_, said in life["queries"]) > 1000
    for life in table:
        b = BlockList()
        for (name, *arguments), nodes in zip(life["commands"], life["results"], strict=True):
            try:
                ours = getattr(b, name)(*arguments)
            except ValueError as error:
                ours = {"code": error.code}
            assert ours == nodes, (name, arguments)
        # In another order: Node shows addresses first, pynet all kinds newest first.
        assert sorted(b.rules) == sorted(life["rules"])
        assert b.size == life["size"]
        said = [[address, kind, b.check(address, kind)] for address, kind, _ in life["queries"]]
        assert said == life["queries"], life["commands"]
        assert [address in b for address, _, _ in life["queries"]] == [nodes for _, _, nodes in life["queries"]]
