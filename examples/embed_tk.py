"""pynet in Tk's loop: a window shows what its clients send. Listeners use the widgets.

    python examples/embed_tk.py             # listens on port 8124: nc 127.0.0.1 8124
    python examples/embed_tk.py --demo      # a client sends 20 lines, and the window closes

On Unix; Tk of Windows cannot watch descriptors.
"""

import sys
import tkinter

import pynet

COUNT = 20


def attach(root: tkinter.Tk) -> None:
    """From now on Tk drives pynet's loop."""
    pynet_loop = pynet.embed(host="Tk")
    root.createfilehandler(
        pynet_loop.fileno(), tkinter.READABLE, lambda fd, mask: pynet_loop.step()
    )

    def detach(event: "tkinter.Event[tkinter.Misc]") -> None:
        if event.widget is root and not pynet_loop.closed:
            root.deletefilehandler(pynet_loop.fileno())
            pynet_loop.close()

    root.bind("<Destroy>", detach)


def serve(root: tkinter.Tk, lines: tkinter.Listbox, port: int) -> pynet.Server:
    def on_connection(sock: pynet.Socket) -> None:
        sock.set_encoding("utf-8")

        @sock.on("data")
        def show(text: str) -> None:
            for line in text.splitlines():
                lines.insert("end", line)
                print(line)
            if lines.size() == COUNT and port == 0:
                root.destroy()

    server = pynet.create_server(on_connection)
    server.listen(port, "127.0.0.1")
    return server


def main() -> None:
    demo = "--demo" in sys.argv
    root = tkinter.Tk()
    root.title("pynet")
    lines = tkinter.Listbox(root, width=60)
    lines.pack(fill="both", expand=True)
    attach(root)
    server = serve(root, lines, 0 if demo else 8124)
    if demo:
        sock = pynet.connect(server.address())
        for number in range(COUNT):
            pynet.set_timeout(sock.write, number * 5, f"line {number}\n")
        root.after(30_000, root.destroy)
    root.mainloop()


if __name__ == "__main__":
    main()
