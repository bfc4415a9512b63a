"""What the recorder and the test share: the scenarios, their kinds, and how one is run."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCENARIOS = HERE / "scenarios"
RECORDED = HERE / "recorded"
RECORDED_WINDOWS = HERE / "recorded_windows"
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


def only_windows(name):
    return "// only: windows" in (SCENARIOS / f"{name}.js").read_text(encoding="utf-8")


def cases():
    if sys.platform == "win32":
        return windows_cases()
    return [(name, kind) for name in names() if not only_windows(name) for kind in kinds(name)]


def of_windows(table):
    """{(name, kind): reason} from the table `left_out` or `differs` of windows.toml."""
    entries = tomllib.loads((HERE / "windows.toml").read_text(encoding="utf-8"))[table]
    return {tuple(case.split(".")): entry["reason"] for entry in entries for case in entry["cases"]}


def windows_cases():
    """Those that Node for Windows runs."""
    left_out = of_windows("left_out")
    found = [(name, kind) for name in names() for kind in kinds(name)]
    return [case for case in found if case not in left_out and policy(case[1]) != "fair"]


def policy(kind):
    """Who gives the connections to the workers, in a scenario of a cluster; else None."""
    return kind.split("-")[0] if kind in CLUSTER_KINDS else None


def recorded_path(name, kind, folder=None):
    folder = folder or (RECORDED_WINDOWS if sys.platform == "win32" else RECORDED)
    return folder / f"{name}.{kind}.txt"


def _of_all_processes(text, folder):
    """What the processes of a cluster have written, each at its end: sorted by their groups, with relative paths."""
    groups = re.split(r"^(?=\[)", text.replace(f"{os.path.realpath(folder)}/", ""), flags=re.MULTILINE)
    return "".join(sorted(groups))


def _run(command, env, folder):
    kind = command[-1]
    timeout = TIMEOUT_SECONDS if policy(kind) is None else CLUSTER_TIMEOUT_SECONDS
    with tempfile.TemporaryDirectory() as streams:
        files = [Path(streams) / "stdout", Path(streams) / "stderr"]
        with files[0].open("wb") as out, files[1].open("wb") as err:
            # Files, since Node under wine cannot open a pipe that it inherits.
            process = subprocess.Popen(
                command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
            )
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            status = None
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)  # the workers of a cluster, too
            process.wait()
        out, err = (file.read_text(encoding="utf-8") for file in files)
    out, err = _checked(status, out, err, timeout)
    return out if policy(kind) is None else _of_all_processes(out, folder), err


def _checked(status, out, err, timeout=TIMEOUT_SECONDS):
    """(out, err) of a scenario that has ended well. `status` is None if it has not ended."""
    if status is None:
        raise ScenarioFailed(f"still running after {timeout} s\n{out}\n{err}")
    if status != 0 or "WATCHDOG" in out:
        raise ScenarioFailed(f"exit status {status}\n{out}\n{err}")
    return out, err


def run_node(node, name, kind):
    """The trace of real Node, in a new process and an empty folder of its own."""
    env = {key: value for key, value in ENVIRONMENT.items() if not key.startswith("NODE_")}
    if policy(kind) is not None:
        env["NODE_CLUSTER_SCHED_POLICY"] = "rr" if policy(kind) == "rr" else "none"
    with tempfile.TemporaryDirectory() as folder:
        return _run([str(node), str(SCENARIOS / f"{name}.js"), kind], env, folder)


def run_node_under_wine(node, name, kind):
    """The same of Node for Windows; wine.start_services() comes first."""
    import wine  # tools/ is on the path of the recorder

    more = {}
    if policy(kind) is not None:
        more["NODE_CLUSTER_SCHED_POLICY"] = "rr" if policy(kind) == "rr" else "none"
    with tempfile.TemporaryDirectory() as folder:
        script = wine.windows_path(SCENARIOS / f"{name}.js")
        return _run([*wine.loader(), str(node), script, kind], wine.environment(**more), folder)


def _environment(**more):
    import pynet  # here, so that recording needs no build

    package = Path(pynet.__file__).resolve().parent.parent
    paths = [str(HERE), str(package), ENVIRONMENT.get("PYTHONPATH", "")]
    return {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **more}


def run_started(name, kind, folder, host=None):
    """The trace of pynet in a new process: of a cluster, or attached to the loop of this host; see harness.py."""
    more = {}
    if host is not None:
        more["CONFORMANCE_HOST"] = host
    if policy(kind) is not None:
        more["PYNET_CLUSTER_SCHED_POLICY"] = policy(kind)
    return _run([sys.executable, str(SCENARIOS / f"{name}.py"), kind], _environment(**more), folder)


class Forking:
    """A process of forking.py, for one scenario at a time."""

    def __init__(self):
        self.process = None

    def run(self, name, kind, folder):
        """The trace of pynet, in a forked process, which run() drives. `folder` has a sibling of the test's own."""
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, str(HERE / "forking.py")],
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        with tempfile.TemporaryDirectory() as streams:
            files = [Path(streams) / "stdout", Path(streams) / "stderr"]
            request = {"script": str(SCENARIOS / f"{name}.py"), "kind": kind, "folder": str(folder)}
            request.update({file.name: str(file) for file in files})
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            status = self.answer()
            out, err = (file.read_text(encoding="utf-8") if file.exists() else "" for file in files)
        return _checked(status, out, err)

    def answer(self):
        """The exit status of the child; None if it did not end."""
        if select.select([self.process.stdout], [], [], TIMEOUT_SECONDS)[0]:
            return os.waitstatus_to_exitcode(int(self.process.stdout.readline()))
        os.killpg(self.process.pid, signal.SIGKILL)
        self.close()
        return None

    def close(self):
        process, self.process = self.process, None
        if process is not None:
            process.communicate()
