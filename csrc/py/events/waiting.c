/* waiting.c - the methods by which threads and asyncio wait for sockets and servers: wait(), drain(), iterator(),
 * chunks(), lines(), flush(), shutdown(), `for`, `with`, `async for`, `async with`. Those that wait in C are calls of
 * awaitable_type.c: read_exactly(), accept(), the items of loops over a socket.
 *
 * The rest is written in Python: pynet/_waiting.py, _reading.py, _sending.py and _server.py. The methods here call it. The
 * private functions below are what it builds on. Each of them checks an emitter, or adds a listener, in one step: the
 * caller holds the GIL, so nothing is dispatched meanwhile. A wait checks, adds a listener and checks again, so that it
 * misses no event.
 *
 * Owns:    st->waiting, the functions of these modules, fetched at the first use.
 * Threads: every function runs with the GIL held, on any thread. */
#include "py/events/waiting.h"

#include <string.h>

#include "py/abort/abort.h"
#include "py/base/args.h"
#include "py/events/emitter.h"
#include "py/events/rewake.h"
#include "py/loop/driver.h"

#define STACK_ARGS          8

/* --- calling the functions in Python --- */

#define WAITING_INDEX(name) WAITING_##name,
enum waiting {
    PN_WAITING(WAITING_INDEX) WAITING_MIDDLE,
    WAITING_BEFORE_SOCKET = WAITING_MIDDLE - 1,
    PN_WAITING_SOCKET(WAITING_INDEX) WAITING_SERVER,
    WAITING_BEFORE_SERVER = WAITING_SERVER - 1,
    PN_WAITING_SERVER(WAITING_INDEX) WAITING_COUNT
};
#undef WAITING_INDEX

static PyObject *
load_functions(PnState *st)
{
#define WAITING_NAME(name) #name,
    static const char *const names[] = {PN_WAITING(WAITING_NAME) PN_WAITING_SOCKET(WAITING_NAME)
                                            PN_WAITING_SERVER(WAITING_NAME)};
#undef WAITING_NAME
    PyObject *all = PyTuple_New(WAITING_COUNT);
    if (all != NULL && (pn_state_load(all, 0, WAITING_MIDDLE, "pynet._waiting", names) < 0 ||
                        pn_state_load(all, WAITING_MIDDLE, WAITING_SERVER, "pynet._sending", names) < 0 ||
                        pn_state_load(all, WAITING_SERVER, WAITING_COUNT, "pynet._server", names) < 0))
        Py_CLEAR(all);
    if (all != NULL)
        Py_XSETREF(st->waiting, all); /* another thread may have set it meanwhile */
    return all;
}

/* function(op, args...) */
static PyObject *
lead_to(enum waiting which, PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnState *st = PN_EMITTER(op)->st;
    PyObject *on_stack[STACK_ARGS];
    PyObject **stack = on_stack;
    if (st->waiting == NULL && load_functions(st) == NULL)
        return NULL;
    size_t count = (size_t)nargs + (kwnames != NULL ? (size_t)PyTuple_GET_SIZE(kwnames) : 0);
    if (count + 2 > STACK_ARGS && (stack = PyMem_Malloc((count + 2) * sizeof(*stack))) == NULL)
        return PyErr_NoMemory();
    stack[0] = NULL; /* the callee may overwrite it */
    stack[1] = op;
    if (count > 0)
        memcpy(stack + 2, args, count * sizeof(*stack));
    PyObject *function = Py_NewRef(PyTuple_GET_ITEM(st->waiting, (Py_ssize_t)which));
    PyObject *result =
        PyObject_Vectorcall(function, stack + 1, ((size_t)nargs + 1) | PY_VECTORCALL_ARGUMENTS_OFFSET, kwnames);
    Py_DECREF(function);
    if (stack != on_stack)
        PyMem_Free(stack);
    return result;
}

#define LEADING(name)                                                                                     \
    PyObject *pn_waiting_##name(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) \
    {                                                                                                     \
        return lead_to(WAITING_##name, op, args, nargs, kwnames);                                         \
    }
LEADING(wait)
LEADING(drain)
LEADING(iterate)
LEADING(iterate_async)
LEADING(lines)
LEADING(leave)
LEADING(enter_async)
LEADING(leave_async)
LEADING(chunks)
LEADING(flush)
LEADING(send_file)
LEADING(send_handle)
LEADING(leave_socket)
LEADING(shutdown)
LEADING(iterate_server)
LEADING(iterate_server_async)
#undef LEADING

/* iterator(options) or iterator(destroy_on_return=..., timeout=...): takes options as other methods do. */
PyObject *
pn_waiting_iterator(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"destroy_on_return", "timeout", NULL};
    PyObject *values[2];
    if (nargs > 1) {
        PyErr_Format(PyExc_TypeError, "iterator() takes at most 1 argument (%zd given)", nargs);
        return NULL;
    }
    PyObject *mapping = nargs > 0 && args[0] != Py_None ? args[0] : NULL;
    if (mapping != NULL && !pn_is_options(mapping))
        return pn_raise_arg_type("options", "a mapping", mapping);
    if (pn_options("iterator", names, mapping, args + nargs, kwnames, values) < 0)
        return NULL;
    int destroy = values[0] != NULL ? pn_arg_bool(values[0]) : 1;
    PyObject *passed[] = {destroy ? Py_True : Py_False, values[1] != NULL ? values[1] : Py_None};
    PyObject *iterator = destroy < 0 ? NULL : lead_to(WAITING_iterator, op, passed, 2, NULL);
    pn_options_clear(values, 2);
    return iterator;
}

PyObject *
pn_waiting_enter(PyObject *op, PyObject *unused)
{
    (void)unused;
    return Py_NewRef(op);
}

PyObject *
pn_waiting_iter_slot(PyObject *op)
{
    return lead_to(WAITING_iterate, op, NULL, 0, NULL);
}

PyObject *
pn_waiting_aiter_slot(PyObject *op)
{
    return lead_to(WAITING_iterate_async, op, NULL, 0, NULL);
}

PyObject *
pn_waiting_server_iter_slot(PyObject *op)
{
    return lead_to(WAITING_iterate_server, op, NULL, 0, NULL);
}

PyObject *
pn_waiting_server_aiter_slot(PyObject *op)
{
    return lead_to(WAITING_iterate_server_async, op, NULL, 0, NULL);
}

/* --- docstrings --- */

const char pn_wait_doc[] =
    "wait($self, event, timeout=None)\n--\n\n"
    "Blocks this thread until the event is emitted. Returns the value of the event: None, its one argument, or\n"
    "a tuple of its arguments. Returns at once if the state is already reached: connect, ready, end, finish,\n"
    "close; and drain, if nothing has to be drained.\n\n"
    "timeout is in seconds; None means no limit. Raises TimeoutError; the error of an \"error\" event, unless you\n"
    "wait for that event; if the socket closes first, its error or NetError (ERR_STREAM_PREMATURE_CLOSE);\n"
    "RuntimeError on the thread that drives the loop, in a listener and inside turn(). Under asyncio: await\n"
    "sock.wait(event).\n"
    "Node: events.once(), which does not block.";
const char pn_server_wait_doc[] =
    "wait($self, event, timeout=None)\n--\n\n"
    "Blocks this thread until the event is emitted. Returns the value of the event: None, its one argument, or\n"
    "a tuple of its arguments. Returns at once for \"listening\" if the server listens, and for \"close\" if it has\n"
    "closed. wait(\"connection\") is accept().\n\n"
    "timeout is in seconds; None means no limit. Raises TimeoutError; the error of an \"error\" event, unless you\n"
    "wait for that event; NetError (ERR_STREAM_PREMATURE_CLOSE) if the server closes first; RuntimeError on the\n"
    "thread that drives the loop, in a listener and inside turn(). Under asyncio: await server.wait(event).\n"
    "Node: events.once(), which does not block.";
const char pn_shutdown_doc[] =
    "shutdown($self, timeout=None, *, drain=False)\n--\n\n"
    "Stops accepting, like close(), and ends every connection. With drain=True the connections continue until\n"
    "they close by themselves. After `timeout` seconds it destroys the remaining connections: 0 means at once,\n"
    "None means never. Returns a Future of the number of destroyed connections, which is done after \"close\" was\n"
    "emitted: `await server.shutdown(5)` under asyncio, .result() in a thread. If there is nothing to close, it\n"
    "is done at once, with 0.\n\n"
    "Another call returns the same Future until listen() is called again; the shortest timeout counts. A\n"
    "write() to a connection that was ended causes ERR_STREAM_WRITE_AFTER_END, as after end().\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE). Events: end, finish, close of the\n"
    "connections; close.";
const char pn_drain_doc[] =
    "drain($self, timeout=None)\n--\n\n"
    "Returns a Future that is done when you may write more: at once if less than the high-water mark is queued,\n"
    "else after \"drain\" or \"finish\". It is the same as once(sock, \"drain\"): `await sock.drain()` under asyncio,\n"
    "sock.drain().result() in a thread. After `timeout` seconds the Future fails with TimeoutError, also if it\n"
    "is awaited. Raises what once() raises.";
const char pn_flush_doc[] =
    "flush($self, timeout=None)\n--\n\n"
    "Returns a Future that is done when the kernel has taken all data that was written before: `await\n"
    "sock.flush()` under asyncio, sock.flush().result(timeout) in a thread. It is done at once if nothing is\n"
    "queued. Data that cork() holds back is sent after uncork(). A done Future does not mean that the peer has\n"
    "read the data.\n\n"
    "The Future fails with the error of the socket if that is destroyed first, and with TimeoutError after\n"
    "`timeout` seconds. Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).";
const char pn_send_file_doc[] =
    "send_file($self, file, offset=0, count=None)\n--\n\n"
    "Sends a file that is open in binary mode: `count` bytes from `offset` on, or all bytes to its end. The\n"
    "data is sent after what is queued, by sendfile() where that is possible, and not faster than the peer\n"
    "takes it. Returns a Future of the number of bytes, which is done when the kernel has taken all of them.\n"
    "Wait for it before you call write() or end(). The file stays open; its position is then after the data\n"
    "that was sent.\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_INVALID_ARG_VALUE for a text file,\n"
    "ERR_OUT_OF_RANGE). The Future fails with the error of reading the file, and with the error of the socket.";
const char pn_send_handle_doc[] =
    "send_handle($self, handle, message=b\"\", *, keep_open=False, callback=None)\n--\n\n"
    "Sends a handle to the process at the other end of this unix socket, with a message of at most 64 KiB. The\n"
    "peer is a Socket(receive_handles=True): it gets \"handle\" (handle, message). This direction of the socket\n"
    "then carries nothing else: don't write() to it. handle: a Socket (it arrives unread: nothing of the\n"
    "connection is lost), a Server (it arrives listening), a BoundSocket, a socket.socket, any object with a\n"
    "fileno(), or None to send the message alone.\n\n"
    "A Socket, Server or BoundSocket is closed here, unless keep_open is True; its connection stays open. Other\n"
    "objects stay open. Returns True while less than the high-water mark is queued. After False, wait for\n"
    "\"drain\". callback(err) is called when the handle has been sent, with None, or can no longer be sent.\n\n"
    "If it raises, nothing has been sent, and the handle is as before. TypeError (ERR_INVALID_HANDLE_TYPE: the\n"
    "handle cannot travel, or this is not a unix socket; ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE),\n"
    "NetError (ERR_SOCKET_UNSENT_DATA, ERR_SOCKET_UNREAD_DATA: data would be lost; ENOTCONN, EMFILE,\n"
    "ERR_SERVER_NOT_RUNNING, ERR_SOCKET_HANDLE_ADOPTED).";
const char pn_chunks_doc[] =
    "chunks($self, timeout=None)\n--\n\n"
    "An iterator over the chunks of the socket, with a limit in seconds for each chunk: `for chunk in\n"
    "sock.chunks(timeout=5)`, or `async for`. Like a loop over the socket itself, it leaves the socket open. If\n"
    "no chunk comes in time, it raises TimeoutError; no data is lost, and you may call next() again. Raises\n"
    "also what iterator() raises.";
const char pn_iterator_doc[] =
    "iterator($self, options=None, /, *, destroy_on_return=True, timeout=None)\n--\n\n"
    "An iterator, async iterator and context manager over the chunks of the socket, like `for chunk in sock`\n"
    "and `async for chunk in sock`. If destroy_on_return is True, it destroys the socket when the iteration\n"
    "ends or is left early (with an AbortError if the socket had not ended), like iteration in Node. If it is\n"
    "False, the socket stays open, like in iteration over the socket itself. Chunks are bytes, or str after\n"
    "set_encoding().\n\n"
    "The iteration raises TimeoutError if a chunk takes more than `timeout` seconds; the error of the socket;\n"
    "NetError (ERR_STREAM_PREMATURE_CLOSE) if the socket is destroyed before its end; RuntimeError where wait()\n"
    "does.\n"
    "Node: readable.iterator().";
const char pn_lines_doc[] =
    "lines($self, max=65536, keep_ends=False, timeout=None)\n--\n\n"
    "An iterator over the lines of the socket, for `for` and `async for`. Lines are bytes, or str after\n"
    "set_encoding(). A line ends with \"\\n\". This, and a \"\\r\" before it, are removed unless keep_ends is True.\n"
    "Data after the last \"\\n\" is a line as well. If you leave the iteration early, the other data stays in the\n"
    "socket; read_exactly() and other methods continue there.\n\n"
    "max is the longest line in bytes (characters after set_encoding()), with its end. A longer one raises\n"
    "NetError (ERR_READ_LIMIT), and stays in the socket. timeout is the limit for each line, in seconds. After\n"
    "a TimeoutError the data that has come stays in the socket. Raises also what iterator() raises.";
const char pn_leave_doc[] =
    "__exit__($self, exc_type, exc, traceback, /)\n--\n\n"
    "Calls close(), so that queued data is still sent. If an exception leaves the block, it calls destroy().\n"
    "Where a wait is allowed, it waits until the kernel has taken the queued data, for at most close_timeout\n"
    "seconds. If that fails, it raises the error of the socket, or TimeoutError.";
const char pn_server_leave_doc[] =
    "__exit__($self, exc_type, exc, traceback, /)\n--\n\n"
    "Calls close(). If an exception leaves the block, it destroys the open connections as well. With a `grace`\n"
    "it calls shutdown(grace, drain=True) in both cases, and waits for it. It does not wait in a listener, on\n"
    "the thread that drives the loop, inside turn() and in a coroutine.";
const char pn_enter_async_doc[] = "__aenter__($self, /)\n--\n\nReturns an awaitable of the object.";
const char pn_leave_async_doc[] =
    "__aexit__($self, exc_type, exc, traceback, /)\n--\n\n"
    "Like __exit__(), and waits for \"close\". Raises an error that occurs during the wait, unless an exception\n"
    "leaves the block. If the wait is cancelled, it destroys what is still open.";

/* --- the states --- */

/* The emitter and the interned name (own) of _reached(), _listen() and _unlisten(); NULL with an exception. */
static PnEmitter *
take_emitter(PyObject *module, PyObject *const *args, Py_ssize_t nargs, Py_ssize_t wanted, PyObject **name)
{
    PnState *st = pn_state_of_module(module);
    if (nargs != wanted) {
        PyErr_Format(PyExc_TypeError, "%zd arguments are needed (%zd given)", wanted, nargs);
        return NULL;
    }
    if (!PyObject_TypeCheck(args[0], st->EventEmitter)) {
        pn_raise_arg_type("emitter", "an EventEmitter", args[0]);
        return NULL;
    }
    *name = pn_event_name(st, args[1]);
    return *name != NULL ? PN_EMITTER(args[0]) : NULL;
}

/* _reached(emitter, event): the event's arguments when it has been emitted already, so that a wait ends at once; or
 * None. */
PyObject *
pn_reached(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *name, *arg = NULL;
    bool reached = false;
    PnEmitter *e = take_emitter(module, args, nargs, 2, &name);
    if (e == NULL)
        return NULL;
    if (e->ops != NULL && pn_check_alive(e) < 0) {
        Py_DECREF(name);
        return NULL;
    }
    if (e->ops != NULL)
        reached = e->ops->reached(e, name, &arg);
    Py_XINCREF(arg); /* a garbage collection may connect the socket again, which releases its error */
    Py_DECREF(name);
    PyObject *result = !reached ? Py_NewRef(Py_None) : arg != NULL ? PyTuple_Pack(1, arg) : PyTuple_New(0);
    Py_XDECREF(arg);
    return result;
}

/* _over(emitter): its `close` has been emitted and no error is pending, so this cycle emits no event any more. */
PyObject *
pn_over(PyObject *module, PyObject *emitter)
{
    PnEmitter *e = PN_EMITTER(emitter);
    if (!PyObject_TypeCheck(emitter, pn_state_of_module(module)->EventEmitter))
        return pn_raise_arg_type("emitter", "an EventEmitter", emitter);
    bool closed = false;
    if (e->ops != NULL && pn_check_alive(e) < 0)
        return NULL;
    if (e->ops != NULL)
        closed = e->ops->close_emitted(e);
    return PyBool_FromLong(closed && !pn_error_pending(e));
}

/* _failure(emitter): the error of the last listen(), when it has been emitted; None after another listen(). */
PyObject *
pn_failure(PyObject *module, PyObject *emitter)
{
    PnEmitter *e = PN_EMITTER(emitter);
    if (!PyObject_TypeCheck(emitter, pn_state_of_module(module)->EventEmitter))
        return pn_raise_arg_type("emitter", "an EventEmitter", emitter);
    bool asks = e->ops != NULL && e->ops->failure != NULL && !pn_error_pending(e);
    PyObject *error = asks ? e->ops->failure(e) : NULL;
    return Py_NewRef(error != NULL ? error : Py_None);
}

/* --- listeners --- */

/* _listen(emitter, event, function): adds an internal listener. */
PyObject *
pn_listen_internal(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *name;
    PnEmitter *e = take_emitter(module, args, nargs, 3, &name);
    if (e == NULL)
        return NULL;
    int status = pn_check_callable(e->st, args[2], "function") < 0 ? -1 : pn_check_alive(e);
    /* A waiter needs a running driver. */
    if (status == 0 && e->st->loop != NULL && e->ops != NULL)
        status = pn_driver_ensure(e->st);
    if (status == 0)
        status = pn_rewake_prepare(e->st);
    if (status == 0)
        status = pn_add_internal_listener(e, name, args[2]);
    Py_DECREF(name);
    if (status < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* _unlisten(emitter, event, function): removes what _listen() added, if it is still there. */
PyObject *
pn_unlisten(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *name;
    PnEmitter *e = take_emitter(module, args, nargs, 3, &name);
    if (e == NULL)
        return NULL;
    pn_remove_internal_listener(e, name, args[2]);
    Py_DECREF(name);
    Py_RETURN_NONE;
}

/* --- blocking --- */

/* _check_blocking(what): RuntimeError when this thread must not block, because it is the one that emits the event. */
PyObject *
pn_check_blocking(PyObject *module, PyObject *what)
{
    PnState *st = pn_state_of_module(module);
    if (!PyUnicode_Check(what))
        return pn_raise_arg_type("what", "a str", what);
    const char *text = PyUnicode_AsUTF8(what);
    if (text == NULL || pn_check_may_wait(st, text, false) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* _check_awaiting(what): the same for an `await`, which does not block the loop of the host that pynet is attached
 * to. */
PyObject *
pn_check_awaiting(PyObject *module, PyObject *what)
{
    PnState *st = pn_state_of_module(module);
    if (!PyUnicode_Check(what))
        return pn_raise_arg_type("what", "a str", what);
    const char *text = PyUnicode_AsUTF8(what);
    if (text == NULL || pn_check_may_wait(st, text, true) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* _inside(): whether this thread is inside a listener. */
PyObject *
pn_is_in_callback(PyObject *module, PyObject *unused)
{
    (void)unused;
    return PyBool_FromLong(pn_in_callback(pn_state_of_module(module)));
}

/* --- abort signals --- */

PyObject *
pn_check_signal(PyObject *module, PyObject *signal)
{
    if (pn_check_abort_signal(pn_state_of_module(module), signal, "options.signal") < 0)
        return NULL;
    Py_RETURN_NONE;
}

PyObject *
pn_make_abort_error(PyObject *module, PyObject *reason)
{
    return pn_abort_error(pn_state_of_module(module), reason);
}
