"""pynet.diagnostics. The conformance scenario diagnostics_channels compares the moments with real Node."""

from __future__ import annotations

import gc
import threading

import pytest

import pynet
from helpers import on_loop, printed, raw_client, run_script, target, wait_until
from pynet import diagnostics

LISTEN = "tracing:net.server.listen:"


@pytest.fixture
def hear():
    """A function that subscribes: hear(name) returns the list of messages."""
    subscribed = []

    def begin(name, also=None):
        seen = []

        def subscriber(message, channel):
            seen.append((message, channel))
            if also is not None:
                also(message)

        diagnostics.subscribe(name, subscriber)
        subscribed.append((name, subscriber))
        return seen

    yield begin
    for name, subscriber in subscribed:
        diagnostics.unsubscribe(name, subscriber)


# --- channels ---


def test_a_name_has_one_channel():
    channel = diagnostics.channel("test.one")
    assert diagnostics.channel("test.one") is channel
    assert channel.name == "test.one"
    assert repr(channel) == "<pynet.diagnostics.Channel 'test.one', 0 subscribers>"


def test_subscribers_get_each_message_and_the_name_in_their_order():
    channel = diagnostics.channel("test.order")
    seen = []

    def first(message, name):
        seen.append(("first", message, name))

    def second(message, name):
        seen.append(("second", message, name))

    channel.subscribe(first)
    channel.subscribe(second)
    assert channel.has_subscribers
    assert diagnostics.has_subscribers("test.order")
    channel.publish(1)
    assert channel.unsubscribe(first) is True
    channel.publish(2)
    assert channel.unsubscribe(second) is True
    channel.publish(3)
    assert seen == [("first", 1, "test.order"), ("second", 1, "test.order"), ("second", 2, "test.order")]
    assert not channel.has_subscribers
    assert channel.unsubscribe(first) is False


def test_one_that_unsubscribes_meanwhile_still_gets_the_message():
    channel = diagnostics.channel("test.meanwhile")
    seen = []

    def second(message, name):
        seen.append(message)

    def first(message, name):
        channel.unsubscribe(second)

    channel.subscribe(first)
    channel.subscribe(second)
    channel.publish(1)
    channel.publish(2)
    channel.unsubscribe(first)
    assert seen == [1]


def test_an_exception_of_a_subscriber_is_uncaught_in_the_next_turn():
    channel = diagnostics.channel("test.raises")
    errors, seen = [], []
    previous = pynet.set_uncaught_handler(lambda exc, emitter: errors.append(exc))

    def fail(message, name):
        raise LookupError("of a subscriber")

    def good(message, name):
        seen.append(message)

    try:
        channel.subscribe(fail)
        channel.subscribe(good)
        channel.publish(1)
        assert seen == [1]
        assert wait_until(lambda: errors)
        assert str(errors[0]) == "of a subscriber"
    finally:
        pynet.set_uncaught_handler(previous)
        channel.unsubscribe(fail)
        channel.unsubscribe(good)


def test_a_channel_exists_as_long_as_it_is_used():
    diagnostics.channel("test.gone")
    gc.collect()
    assert "test.gone" not in diagnostics._channels
    diagnostics.subscribe("test.kept", print)
    gc.collect()
    assert "test.kept" in diagnostics._channels
    assert diagnostics.unsubscribe("test.kept", print)
    gc.collect()
    assert "test.kept" not in diagnostics._channels


@pytest.mark.parametrize("name", [None, 1, b"x"])
def test_a_wrong_name_is_refused(name):
    with pytest.raises(TypeError, match='"name"') as caught:
        diagnostics.subscribe(name, print)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_a_wrong_subscriber_is_refused():
    with pytest.raises(TypeError, match='"subscriber"'):
        diagnostics.subscribe("test.wrong", 5)

    async def coroutine(message, name):
        """Refused as a listener is."""

    with pytest.raises(TypeError, match="coroutine"):
        diagnostics.subscribe("test.wrong", coroutine)
    assert not diagnostics.has_subscribers("test.wrong")


def test_nodes_spellings():
    assert diagnostics.hasSubscribers is diagnostics.has_subscribers
    assert diagnostics.channel("test.x").hasSubscribers is False


# --- what pynet publishes ---


def test_a_client_is_published_before_it_connects(hear, server):
    listening = server()
    states = []
    seen = hear("net.client.socket", lambda m: states.append((m["socket"].connecting, m["socket"].destroyed)))
    sock = pynet.connect(target(listening))
    assert seen == [({"socket": sock}, "net.client.socket")]
    assert states == [(False, False)]
    pynet.once(sock, "connect").result(5)
    sock.destroy()


def test_socket_connect_publishes_nothing_as_in_node(hear, server):
    listening = server()
    seen = hear("net.client.socket")
    sock = pynet.Socket()
    sock.connect(target(listening))
    pynet.once(sock, "connect").result(5)
    sock.destroy()
    assert seen == []


def test_an_accepted_connection_is_published_after_its_listeners(hear, server):
    order = []
    listening = server(lambda sock: order.append(sock))
    hear("net.server.socket", lambda m: order.append(m["socket"]))
    with raw_client(listening):
        assert wait_until(lambda: len(order) == 2)
        assert order[0] is order[1]


def test_a_connection_whose_listener_raises_is_not_published(hear, server):
    def fail(sock):
        raise LookupError

    errors = []
    previous = pynet.set_uncaught_handler(lambda exc, emitter: (errors.append(exc), emitter))
    listening = server(fail)
    seen = hear("net.server.socket")
    try:
        with raw_client(listening):
            assert wait_until(lambda: errors)
        on_loop(int)
    finally:
        pynet.set_uncaught_handler(previous)
    assert seen == []
    for sock in listening.connections:
        sock.destroy()


def test_a_listen_publishes_its_begin_and_its_end(hear, where, kind):
    states = []
    started = hear(LISTEN + "asyncStart", lambda m: states.append(m["server"].listening))
    ended = hear(LISTEN + "asyncEnd", lambda m: states.append(m["server"].listening))
    listening = pynet.Server().listen(*where)
    options = {"port": 0, "host": "127.0.0.1"} if kind == "tcp" else {"path": where[0]}
    assert started == [({"server": listening, "options": options}, LISTEN + "asyncStart")]
    assert ended == [({"server": listening}, LISTEN + "asyncEnd")]
    assert states == [False, True]
    listening.shutdown(0).result(5)


def test_a_listen_on_a_name_publishes_its_end_after_the_lookup(hear):
    ended = hear(LISTEN + "asyncEnd")
    started = hear(LISTEN + "asyncStart")
    listening = pynet.Server().listen(0, "localhost")
    assert started[0][0]["options"] == {"port": 0, "host": "localhost"}
    assert wait_until(lambda: ended)
    listening.shutdown(0).result(5)


def test_a_listen_on_several_places_publishes_all(hear, tmp_path):
    started = hear(LISTEN + "asyncStart")
    path = str(tmp_path / "s.sock")
    listening = pynet.Server().listen([("127.0.0.1", 0), path])
    assert started[0][0]["options"] == {"addresses": [{"port": 0, "host": "127.0.0.1"}, {"path": path}]}
    listening.shutdown(0).result(5)


@pytest.mark.wine_fault("a second server may listen at the name of a pipe", only="unix")
def test_a_listen_that_fails_publishes_the_error_before_the_event(hear, server):
    first = server()
    other = pynet.Server()
    order = []
    other.on("error", lambda err: order.append(("event", err)))
    hear(LISTEN + "error", lambda m: order.append(("channel", m["error"])))
    other.listen(target(first))
    assert wait_until(lambda: len(order) == 2)
    assert [name for name, _ in order] == ["channel", "event"]
    assert order[0][1] is order[1][1]
    assert order[0][1].code == "EADDRINUSE"


@pytest.mark.wine_fault("a second server may listen at the name of a pipe", only="unix")
def test_a_listen_that_raises_publishes_the_same_error(hear, server):
    first = server()
    seen = hear(LISTEN + "error")
    other = pynet.Server()
    with pytest.raises(pynet.NetError) as caught:
        other.listen(target(first))
    assert seen == [({"server": other, "error": caught.value}, LISTEN + "error")]


def test_the_close_of_a_socket_is_published_after_its_listeners(hear, pair):
    order = []
    ends = pair()
    ends.client.on("close", lambda had_error: order.append(("event", had_error)))
    hear("pynet.socket.close", lambda m: m["socket"] is ends.client and order.append(("channel", m["had_error"])))
    ends.client.destroy()
    assert wait_until(lambda: len(order) == 2)
    assert order == [("event", False), ("channel", False)]


def test_the_close_after_an_error_says_so(hear, refused):
    seen = hear("pynet.socket.close")
    sock = pynet.connect(refused[1], refused[0])
    sock.on("error", lambda err: None)
    assert wait_until(lambda: seen)
    assert seen[0][0] == {"socket": sock, "had_error": True}


def test_a_subscriber_may_add_listeners(hear, server):
    connected = threading.Event()
    listening = server()
    hear("net.client.socket", lambda m: m["socket"].once("connect", connected.set))
    sock = pynet.connect(target(listening))
    assert connected.wait(5)
    sock.destroy()


def test_a_subscriber_of_asyncStart_may_listen_itself(hear):
    def listen(message):
        if not nested:
            nested.append(True)
            message["server"].listen(0, "127.0.0.1")

    nested = []
    hear(LISTEN + "asyncStart", listen)
    listening = pynet.Server()
    with pytest.raises(pynet.NetError) as caught:
        listening.listen(0, "127.0.0.1")
    assert caught.value.code == "ERR_SERVER_ALREADY_LISTEN"
    assert listening.listening
    listening.shutdown(0).result(5)


def test_without_a_subscriber_the_c_module_has_nothing_to_call():
    script = """
        import pynet
        from pynet import _private, diagnostics
        calls = []
        real = _private.set_publish
        _private.set_publish = lambda function: calls.append(function is None) or real(function)
        heard = lambda message, name: None
        diagnostics.subscribe("a.channel.of.mine", heard)
        diagnostics.subscribe("net.server.socket", heard)
        diagnostics.unsubscribe("net.server.socket", heard)
        print(calls)
    """
    assert printed(run_script(script)) == ["[True, False, True]"]


def test_subscribers_are_called_where_the_call_is_made(hear, server):
    threads = []
    hear("net.client.socket", lambda m: threads.append(threading.current_thread()))
    sock = pynet.connect(target(server()))
    pynet.once(sock, "connect").result(5)
    sock.destroy()
    assert threads == [threading.current_thread()]


def test_the_channel_of_a_module_is_listed():
    assert "diagnostics" in dir(pynet)
    assert pynet.diagnostics is diagnostics


def test_ctrl_c_in_a_subscriber_ends_run():
    script = """
        import signal
        import pynet
        from pynet import diagnostics

        def main():
            server = pynet.create_server(lambda sock: sock.end())
            diagnostics.subscribe("net.server.socket", lambda message, name: signal.raise_signal(signal.SIGINT))
            server.listen(0, "127.0.0.1")
            pynet.connect(server.port, "127.0.0.1").on("close", lambda had_error: server.close()).resume()

        try:
            pynet.run(main)
        except KeyboardInterrupt:
            print("Ctrl-C")
    """
    assert printed(run_script(script)) == ["Ctrl-C"]
