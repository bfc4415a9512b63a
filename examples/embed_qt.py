"""pynet in Qt's loop: a list shows what its clients send. Listeners use the widgets.

    pip install PySide6-Essentials
    python examples/embed_qt.py             # listens on port 8124: nc 127.0.0.1 8124
    python examples/embed_qt.py --demo      # a client sends 20 lines, and the program ends

Without a display: QT_QPA_PLATFORM=offscreen.
"""

import sys

from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication, QListWidget

import pynet

COUNT = 20


def attach(app: QApplication) -> None:
    """From now on Qt drives pynet's loop."""
    pynet_loop = pynet.embed(host="Qt")
    notifier = QSocketNotifier(pynet_loop.fileno(), QSocketNotifier.Type.Read, app)
    notifier.activated.connect(lambda *args: pynet_loop.step())

    def detach() -> None:
        notifier.setEnabled(False)
        pynet_loop.close()

    app.aboutToQuit.connect(detach)


def serve(app: QApplication, lines: QListWidget, port: int) -> pynet.Server:
    def on_connection(sock: pynet.Socket) -> None:
        sock.set_encoding("utf-8")

        @sock.on("data")
        def show(text: str) -> None:
            for line in text.splitlines():
                lines.addItem(line)
                print(line)
            if lines.count() == COUNT and port == 0:
                app.quit()

    server = pynet.create_server(on_connection)
    server.listen(port, "127.0.0.1")
    return server


def main() -> int:
    demo = "--demo" in sys.argv
    app = QApplication(sys.argv)
    lines = QListWidget()
    lines.setWindowTitle("pynet")
    lines.show()
    attach(app)
    server = serve(app, lines, 0 if demo else 8124)
    if demo:
        sock = pynet.connect(server.address())
        for number in range(COUNT):
            pynet.set_timeout(sock.write, number * 5, f"line {number}\n")
        QTimer.singleShot(30_000, app.quit)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
