"""Echo server: that of pynet_data.py, driven by pynet's background thread while the main thread waits."""

import threading

from pynet_data import start

if __name__ == "__main__":
    start()
    threading.Event().wait()
