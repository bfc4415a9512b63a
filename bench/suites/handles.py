"""Connections that one process hands to another, and the CPU time of both for each: send_handle() and multiprocessing.

The sender offers the same connection again and again, and keeps it open. The receiver closes each one that it gets. The
CPU time counts, since both processes and the machine's other work share the cores.
"""

import multiprocessing
import resource
import socket
import time

from lib import report

TARGET = 10_000  # handles a second, of the CPU time that both processes use together
METHOD = "spawn"


def cpu(who):
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def pynet_receiver(channel, count, results):
    import pynet

    sock, got, before = pynet.Socket(fd=channel.detach(), receive_handles=True), 0, cpu(resource.RUSAGE_SELF)

    def on_handle(handle, _message):
        nonlocal got
        handle.destroy()
        got += 1
        if got == count:
            sock.destroy()

    sock.on("handle", on_handle)
    pynet.run()
    results.put((got, cpu(resource.RUSAGE_SELF) - before))


def pynet_sender(channel, handle, count):
    import pynet

    sock, sent = pynet.Socket(fd=channel.detach()), 0

    def more():
        nonlocal sent
        while sent < count:
            sent += 1
            if not sock.send_handle(kept, b"", keep_open=True):
                return
        sock.end()

    kept = pynet.Socket(fd=handle.detach(), readable=False).unref()
    sock.on("drain", more)
    sock.on("error", lambda _err: None)  # the receiver has closed first
    pynet.run(more)
    kept.destroy()


def connection_receiver(channel, count, results):
    before = cpu(resource.RUSAGE_SELF)
    for _ in range(count):
        channel.recv().close()
    results.put((count, cpu(resource.RUSAGE_SELF) - before))


def connection_sender(channel, handle, count):
    for _ in range(count):
        channel.send(handle)


def measure(ends, sender, receiver, count):
    context = multiprocessing.get_context(METHOD)
    results = context.Queue()
    ours, theirs = ends(context)
    process = context.Process(target=receiver, args=(theirs, count, results))
    process.start()
    theirs.close()
    a, b = socket.socketpair()
    begin, before = time.perf_counter(), cpu(resource.RUSAGE_SELF)
    sender(ours, a, count)
    used = cpu(resource.RUSAGE_SELF) - before
    got, theirs_used = results.get(timeout=120)
    seconds = time.perf_counter() - begin
    process.join()
    for end in (a, b, ours):
        end.close()
    return {"got": got, "sender_us": used / got * 1e6, "receiver_us": theirs_used / got * 1e6, "rate": got / seconds}


SENDERS = {
    "send_handle()": (lambda _: socket.socketpair(), pynet_sender, pynet_receiver),
    "multiprocessing": (lambda context: context.Pipe(), connection_sender, connection_receiver),
}


def main():
    parser = report.parser(__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="how many handles, default 20000; 200 with --quick")
    options = report.parse(parser, count=200)
    results = {name: measure(*parts, options.count) for name, parts in SENDERS.items()}
    print(f"{'':<18}{'µs of CPU, sender':>20}{'receiver':>12}{'handles/s of CPU':>20}{'handles/s':>12}")
    for name, r in results.items():
        total = 1e6 / (r["sender_us"] + r["receiver_us"])
        print(f"{name:<18}{r['sender_us']:>20.1f}{r['receiver_us']:>12.1f}{total:>20,.0f}{r['rate']:>12,.0f}")
    ours = results["send_handle()"]
    report.finish(options, results, ours["sender_us"] + ours["receiver_us"] <= 1e6 / TARGET)
