"""What the recorder and the test share: the scenarios, their kinds, and how one is run."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCENARIOS = HERE / "scenarios"
RECORDED = HERE / "recorded"
TIMEOUT_SECONDS = 20
CLUSTER_TIMEOUT_SECONDS = 60  # several processes start, one after the other
ENVIRONMENT = dict(os.environ)  # now: while scenarios run in threads, pytest changes it for each test

TRANSPORTS = ("tcp", "unix", "plain")  # plain: the scenario has no connection, or is the same for both
POLICIES = ("rr", "none", "fair")  # of a cluster; Node has no "fair": pynet's must do what Node's "none" does
CLUSTER_KINDS = tuple(f"{policy}-{transport}" for policy in POLICIES for transport in TRANSPORTS)
ALL_KINDS = TRANSPORTS + CLUSTER_KINDS


class ScenarioFailed(Exception):
    """A scenario that did not come to its end by itself."""


def names():
    return sorted(path.stem for path in SCENARIOS.glob("*.js"))


def kinds(name):
    """The kinds a scenario runs for, from the line `// kinds: ...` of its .js file."""
    text = (SCENARIOS / f"{name}.js").read_text(encoding="utf-8")
    found = re.search(r"^// kinds: (.+)$", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"{name}.js: no line `// kinds: tcp unix plain`")
    listed = found.group(1).split()
    if not set(listed) <= set(ALL_KINDS):
        raise ValueError(f"{name}.js: unknown kind in {listed}")
    return listed


def only_linux(name):
    return "// only: linux" in (SCENARIOS / f"{name}.js").read_text(encoding="utf-8")


def needs_ipv6(name):
    return "// needs: ipv6" in (SCENARIOS / f"{name}.js").read_text(encoding="utf-8")


def cases():
    return [(name, kind) for name in names() for kind in kinds(name)]


def policy(kind):
    """Who gives the connections to the workers, in a scenario of a cluster; else None."""
    return kind.split("-")[0] if kind in CLUSTER_KINDS else None


def recorded_path(name, kind):
    return RECORDED / f"{name}.{kind}.txt"


def _of_all_processes(text, folder):
    """What the processes of a cluster have written, each at its end: sorted by their groups, with relative paths."""
    groups = re.split(r"^(?=\[)", text.replace(f"{os.path.realpath(folder)}/", ""), flags=re.MULTILINE)
    return "".join(sorted(groups))


def _run(command, env, folder):
    kind = command[-1]
    timeout = TIMEOUT_SECONDS if policy(kind) is None else CLUSTER_TIMEOUT_SECONDS
    try:
        done = subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise ScenarioFailed(f"still running after {timeout} s\n{late.stdout}\n{late.stderr}") from late
    if done.returncode != 0 or "WATCHDOG" in done.stdout:
        raise ScenarioFailed(f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout if policy(kind) is None else _of_all_processes(done.stdout, folder), done.stderr


def run_node(node, name, kind):
    """The trace of real Node, in a new process and an empty folder of its own."""
    env = {key: value for key, value in ENVIRONMENT.items() if not key.startswith("NODE_")}
    if policy(kind) is not None:
        env["NODE_CLUSTER_SCHED_POLICY"] = "rr" if policy(kind) == "rr" else "none"
    with tempfile.TemporaryDirectory() as folder:
        return _run([str(node), str(SCENARIOS / f"{name}.js"), kind], env, folder)


def run_pynet(name, kind, folder, host=None):
    """The trace of pynet, in a new process; `host`: whose loop drives pynet's, see harness.py."""
    import pynet  # here, so that recording needs no build

    package = Path(pynet.__file__).resolve().parent.parent
    paths = [str(HERE), str(package), ENVIRONMENT.get("PYTHONPATH", "")]
    env = {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    if policy(kind) is not None:
        env["PYNET_CLUSTER_SCHED_POLICY"] = policy(kind)
    if host is not None:
        env["CONFORMANCE_HOST"] = host
    return _run([sys.executable, str(SCENARIOS / f"{name}.py"), kind], env, folder)
