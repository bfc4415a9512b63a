"""pynet against the recorded traces of real Node: the same scenario, the same events in the same order."""

import difflib
import functools
import os
import re
import socket
import sys
import threading
import tomllib
from concurrent.futures import ThreadPoolExecutor

import pytest

import suite
from paths import CONFORMANCE

HOSTS = (None, "asyncio", "uvloop")  # None: run() drives
ON_WINDOWS = sys.platform == "win32"
REFUSED = re.compile(r"The feature \S+ is unavailable on this platform")
EVERY = 40  # of the cases, this one goes to each host
PLACES = os.cpu_count() or 1
PLACE = threading.BoundedSemaphore(PLACES)  # each run of the background has one
EXPECTED_DIFFERENCES = tomllib.loads((CONFORMANCE / "expected_differences.toml").read_text(encoding="utf-8"))


def expected_trace(name, kind):
    """What Node did, with the differences that are on purpose put in."""
    text = suite.recorded_path(name, kind).read_text(encoding="utf-8")
    for entry in EXPECTED_DIFFERENCES.get(name, []):
        if kind not in entry.get("kinds", suite.ALL_KINDS):
            continue
        if "windows" in entry and not ON_WINDOWS:
            continue
        assert entry["reason"], f"{name}: a difference without a reason"
        found = text.count(entry["node"])
        if found == 0 and ON_WINDOWS and "windows" not in entry:
            continue  # Node for Windows does not do that
        assert found == 1, f"{name}: not once in Node's trace:\n{entry['node']}"
        text = text.replace(entry["node"], entry["pynet"])
    return text


def without_numbers(text):
    """Node's numbers of errors are libuv's on Windows, and those of the system elsewhere."""
    return re.sub(r"errno=\d+", "errno=<number>", text) if ON_WINDOWS else text


def skip_if_refused(text):
    """pynet does not have a feature on Windows, and the scenario needs it."""
    if ON_WINDOWS and (found := REFUSED.search(text)):
        pytest.skip(f"not on Windows: {found[0]}")


@functools.cache
def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def traces(request, tmp_path_factory):
    """The runs of the selected cases, under way in the background: each is mostly waiting for a process."""
    selected = [
        tuple(item.callspec.params[key] for key in ("name", "kind", "host"))
        for item in request.session.items
        if item.path == request.path and "traces" in getattr(item, "fixturenames", ())
    ]
    mine, forking = threading.local(), []
    folder = tmp_path_factory.mktemp("cases")

    def start():
        mine.forking = suite.Forking()
        forking.append(mine.forking)

    def run(number, name, kind, host):
        place = folder / str(number)
        place.mkdir()
        with PLACE:
            # The workers of a cluster run the command of their primary. Windows has no fork.
            if host or suite.policy(kind) or ON_WINDOWS:
                return suite.run_started(name, kind, place, host)
            return mine.forking.run(name, kind, place)

    with ThreadPoolExecutor(max_workers=PLACES, initializer=start) as pool:
        yield {case: pool.submit(run, number, *case) for number, case in enumerate(selected)}
        pool.shutdown(wait=True, cancel_futures=True)
    for each in forking:
        each.close()


def cases():
    """Every case under run(), and a part of them, or with CONFORMANCE_ALL=1 all, attached to the loop of each host."""
    all_cases = suite.cases()
    step = 1 if os.environ.get("CONFORMANCE_ALL") else EVERY
    for host in HOSTS:
        for name, kind in all_cases if host is None else all_cases[HOSTS.index(host) % step :: step]:
            yield pytest.param(name, kind, host, id="-".join(filter(None, (name, kind, host))))


def try_again(name, kind, expected, folder):
    """Whether one of two more runs does what is expected, with nothing in the background. Threads of the system accept
    the clients of a named pipe, and wait for its end: on a busy machine settle() is too short for that now and then, in
    Node for Windows as well."""
    for _ in range(PLACES):
        PLACE.acquire()
    try:
        for attempt in ("2", "3"):
            (folder / attempt).mkdir()
            if without_numbers(suite.run_started(name, kind, folder / attempt)[0]) == expected:
                return True
        return False
    finally:
        PLACE.release(PLACES)


@pytest.mark.timeout(300)  # the first one to be asked for may wait for many others
@pytest.mark.parametrize(("name", "kind", "host"), list(cases()))
def test_as_node(name, kind, host, traces, tmp_path):
    if host is not None:
        pytest.importorskip(host)
    if ON_WINDOWS and (why := suite.of_windows("pynet_differs").get((name, kind))):
        pytest.skip(f"not as Node on Windows: {why}")
    run = traces[name, kind, host]
    if suite.only_linux(name) and not sys.platform.startswith(("linux", "win32")):
        pytest.skip("Linux only")
    if suite.needs_ipv6(name) and not has_ipv6():
        pytest.skip("no IPv6 here")
    expected = expected_trace(name, kind)
    try:
        got, stderr = run.result()
    except suite.ScenarioFailed as failed:
        skip_if_refused(str(failed))
        pytest.fail(f"{name} {kind} {host}: {failed}", pytrace=False)
    got, expected = without_numbers(got), without_numbers(expected)
    if "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM" not in expected:
        skip_if_refused(got)
    by_pipe = ON_WINDOWS and kind == "unix"
    if got != expected and not (by_pipe and try_again(name, kind, expected, tmp_path)):
        diff = difflib.unified_diff(expected.splitlines(), got.splitlines(), "node", "pynet", lineterm="", n=20)
        pytest.fail("\n".join([f"{name} {kind} {host}", *diff, stderr]), pytrace=False)


def test_each_scenario_has_both_sides_and_its_traces():
    scripts = {path.name for path in suite.SCENARIOS.glob("*.*")}
    assert scripts == {f"{name}.{ending}" for name in suite.names() for ending in ("js", "py")}
    recorded = {path.name for path in suite.recorded_path("a", "b").parent.glob("*.txt")}
    assert recorded == {suite.recorded_path(name, kind).name for name, kind in suite.cases()}


def test_expected_differences_fit_their_scenarios():
    assert set(EXPECTED_DIFFERENCES) <= set(suite.names())
    for name, kind in suite.cases():
        if name in EXPECTED_DIFFERENCES:
            expected_trace(name, kind)
