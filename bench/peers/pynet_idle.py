"""For the memory measurement: a pynet server whose connections each hold a pair of closures as listeners."""

import pynet
import pynet_support

echoed = 0


def on_connection(sock):
    def on_data(data):
        sock.write(data)

    def on_close(had_error):
        global echoed
        echoed += sock.bytes_read

    sock.on("data", on_data)
    sock.on("close", on_close)


def start():
    server = pynet.create_server(on_connection, no_delay=True)
    pynet_support.listen(server)


if __name__ == "__main__":
    pynet.run(start)
