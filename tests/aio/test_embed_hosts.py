"""pynet in the loops of trio, Tk and Qt: the examples run, and loops within loops."""

import functools
import os
import shutil
import subprocess
import sys

import pytest

import hosts
import isolated
from paths import ROOT

LINES = [f"line {number}" for number in range(20)]


def run_example(name, *args, command=(sys.executable,), **env):
    done = subprocess.run(
        [*command, str(ROOT / "examples" / name), *args],
        env=isolated.environment(**env),
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


# --- trio ---


@pytest.fixture
def trio():
    hosts.require("trio")


def test_the_example_of_trio(trio):
    text = "".join(run_example("embed_trio.py"))
    assert text == "".join(f"message {number}" for number in range(20))


def test_ctrl_c_of_a_listener_leaves_trio(trio):
    out = isolated.check("""
        import signal, os, trio, pynet
        async def main():
            with pynet.embed(host="trio") as drive:
                pynet.set_timeout(os.kill, 5, os.getpid(), signal.SIGINT)
                while True:
                    await trio.lowlevel.wait_readable(drive.fileno())
                    drive.step()
        try:
            trio.run(main)
        except* KeyboardInterrupt:
            print("interrupted", pynet._pynet._driver())
    """)
    assert out == "interrupted ('idle', False)\n"


# --- Qt ---


@functools.cache
def qt_fails():
    """Why Qt does not start here, or None."""
    done = subprocess.run(
        [sys.executable, "-c", "from PySide6.QtWidgets import QApplication; QApplication([])"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    return None if done.returncode == 0 else f"Qt does not start here: {done.stderr.strip()[-200:]}"


@pytest.fixture
def qt():
    hosts.require("PySide6")
    if qt_fails() is not None:
        pytest.skip(qt_fails())


def test_the_example_of_qt(qt):
    assert run_example("embed_qt.py", "--demo", QT_QPA_PLATFORM="offscreen") == LINES


def test_a_loop_of_qt_inside_a_listener(qt):
    out = isolated.check(
        """
        import pynet
        from PySide6.QtCore import QCoreApplication, QEventLoop, QSocketNotifier, QTimer
        app = QCoreApplication([])
        drive = pynet.embed(host="Qt")
        notifier = QSocketNotifier(drive.fileno(), QSocketNotifier.Type.Read)
        calls = []
        notifier.activated.connect(lambda *args: (calls.append(1), drive.step()))
        order = []
        def dialog():
            pynet.set_timeout(order.append, 5, "timer")
            server = pynet.create_server().listen(0, "127.0.0.1")
            sock = pynet.connect(server.address())
            sock.on("connect", lambda: (order.append("connect"), sock.destroy(), server.close()))
            inner = QEventLoop()
            QTimer.singleShot(60, inner.quit)
            before = len(calls)
            inner.exec()
            order.append("dialog")
            assert len(calls) - before < 10, len(calls)
            pynet.set_timeout(app.quit, 50)
        pynet.set_timeout(dialog, 1)
        app.exec()
        print(order)
        drive.close()
        """,
        env={"QT_QPA_PLATFORM": "offscreen"},
    )
    assert out.startswith("['dialog', ")
    assert sorted(eval(out)) == ["connect", "dialog", "timer"]


# --- Tk ---


@functools.cache
def tk_command():
    """A command that runs scripts with tkinter and pynet on a display, or None."""
    display = [] if os.environ.get("DISPLAY") else [shutil.which("xvfb-run"), "-a"]
    if None in display:
        return None
    for python in (sys.executable, shutil.which("python3", path=os.defpath)):
        command = [*display, str(python)]
        code = "import pynet, tkinter; tkinter.Tk().destroy()"
        done = subprocess.run([*command, "-c", code], env=tk_environment(), capture_output=True, check=False)
        if done.returncode == 0:
            return command
    return None


def tk_environment():
    import pynet

    package = os.path.dirname(os.path.dirname(pynet.__file__))
    return isolated.environment(PYTHONPATH=os.pathsep.join([package, isolated.environment()["PYTHONPATH"]]))


@pytest.fixture
def tk():
    if tk_command() is None:
        pytest.skip("no Python of this version with tkinter here, or no display and no xvfb-run")
    return tk_command()


def test_the_example_of_tk(tk):
    assert run_example("embed_tk.py", "--demo", command=tk, PYTHONPATH=tk_environment()["PYTHONPATH"]) == LINES


def test_a_loop_of_tk_inside_a_listener(tk):
    script = isolated.join("""
        import time, tkinter
        import pynet
        root = tkinter.Tk()
        drive = pynet.embed(host="Tk")
        calls = []
        root.createfilehandler(drive.fileno(), tkinter.READABLE, lambda fd, mask: (calls.append(1), drive.step()))
        order = []
        def dialog():
            pynet.set_timeout(order.append, 5, "timer")
            done = tkinter.BooleanVar()
            root.after(60, done.set, True)
            before = len(calls)
            root.wait_variable(done)
            order.append("dialog")
            assert len(calls) - before < 10, len(calls)
            pynet.set_timeout(root.quit, 50)
        pynet.set_timeout(dialog, 1)
        root.mainloop()
        print(order)
        root.deletefilehandler(drive.fileno())
        drive.close()
    """)
    done = subprocess.run(
        [*tk, "-c", script], env=tk_environment(), capture_output=True, text=True, timeout=50, check=False
    )
    assert (done.stdout, done.stderr) == ("['dialog', 'timer']\n", "")
