/* functions.c - connect(), create_server(), and what the tests count. */
#include "functions.h"

#include <string.h>

#include "args.h"
#include "driver.h"
#include "endpoint.h"
#include "errors.h"
#include "socket.h"

/* --- connect() --- */

/* Those of the constructor first, then those of Socket.connect(), then our own. */
static const char *const connect_names[] = {
    PN_SOCKET_OPTIONS, "port", "host", "path", "family", "listener", "timeout", NULL,
};
enum { C_PORT = PN_SOCKET_OPTION_COUNT, C_HOST, C_PATH, C_FAMILY, C_LISTENER, C_TIMEOUT, C_COUNT };

const char pn_connect_function_doc[] =
    "connect(*args, **options)\n--\n\n"
    "connect(port, host=\"localhost\", listener=None, /, **options)\n"
    "connect(path, listener=None, /, **options)\nconnect(options, listener=None, /, **more)\n\n"
    "Makes a Socket and connects it; returns the socket. Options: those of Socket, those of Socket.connect(), and\n"
    "timeout (ms) as in Socket.set_timeout(). Node: net.createConnection().";

/* socket.connect(**what) with the parsed values: one place checks and starts. */
static PyObject *
connect_socket(PnState *st, PyObject *sock, struct pn_endpoint *e, PyObject **v)
{
    PyObject *stack[8] = {NULL};
    PyObject *names[6];
    Py_ssize_t n = 0;
    struct {
        PyObject *value;
        const char *name;
    } pass[] = {
        {v[C_FAMILY], "family"}, {v[C_LISTENER] != NULL ? v[C_LISTENER] : e->callback, "listener"},
        {v[C_HOST], "host"},     {v[C_PATH], "path"},
        {v[C_PORT], "port"},
    };
    PyObject *port = v[C_PORT] == NULL && e->has_port ? PyLong_FromLong(e->port) : NULL;
    if (port != NULL)
        pass[4].value = port;
    if (v[C_HOST] == NULL)
        pass[2].value = e->host;
    if (v[C_PATH] == NULL)
        pass[3].value = e->path;
    for (size_t i = 0; i < 5 && !PyErr_Occurred(); i++) {
        if (pass[i].value == NULL)
            continue;
        stack[n + 1] = pass[i].value;
        if ((names[n] = PyUnicode_InternFromString(pass[i].name)) != NULL)
            n++;
    }
    (void)st;
    PyObject *kwnames = PyErr_Occurred() ? NULL : PyTuple_New(n);
    for (Py_ssize_t i = 0; i < n; i++) {
        if (kwnames != NULL)
            PyTuple_SET_ITEM(kwnames, i, names[i]);
        else
            Py_DECREF(names[i]);
    }
    PyObject *result = kwnames != NULL ? pn_socket_connect_method(sock, stack + 1, 0, kwnames) : NULL;
    Py_XDECREF(kwnames);
    Py_XDECREF(port);
    return result;
}

static PyObject *
make_connected(PnState *st, struct pn_endpoint *e, PyObject **v)
{
    double timeout = 0;
    if (v[C_TIMEOUT] != NULL && pn_arg_ms(v[C_TIMEOUT], "options.timeout", &timeout) < 0)
        return NULL;
    PyObject *op = pn_socket_new(st->Socket, NULL, NULL);
    if (op == NULL)
        return NULL;
    PnSocket *s = PN_SOCKET(op);
    PyObject *result = NULL;
    if (pn_socket_apply_options(s, v) == 0 && pn_state_loop(st) != NULL)
        result = connect_socket(st, op, e, v);
    if (result != NULL && timeout > 0 && pn_idle_set(s, timeout) < 0) {
        pn_socket_destroy(s, NULL);
        Py_CLEAR(result);
    }
    Py_XDECREF(result);
    if (result == NULL)
        Py_CLEAR(op);
    return op;
}

PyObject *
pn_connect(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnState *st = pn_state_of_module(module);
    struct pn_endpoint e;
    PyObject *v[C_COUNT];
    if (pn_endpoint_parse(st, false, args, nargs, &e) < 0)
        return NULL;
    PyObject *result = NULL;
    if (pn_options("connect", connect_names, e.options, args + nargs, kwnames, v) == 0) {
        result = make_connected(st, &e, v);
        pn_options_clear(v, C_COUNT);
    }
    pn_endpoint_clear(&e);
    return result;
}

/* --- create_server() --- */

const char pn_create_server_doc[] =
    "create_server(*args, **options)\n--\n\n"
    "create_server(options=None, listener=None, /, **more)\ncreate_server(listener, /, **options)\n\n"
    "Makes a Server; the listener is added for \"connection\". Options as Server has them. Node: net.createServer().";

PyObject *
pn_create_server(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnState *st = pn_state_of_module(module);
    return PyObject_Vectorcall((PyObject *)st->Server, args, (size_t)nargs, kwnames);
}

/* --- the default high-water mark --- */

const char pn_get_default_high_water_mark_doc[] =
    "get_default_high_water_mark()\n--\n\n"
    "The high-water mark (bytes) of sockets and servers made without one: 65536 at first.\n"
    "Node: stream.getDefaultHighWaterMark().";

PyObject *
pn_get_default_high_water_mark(PyObject *module, PyObject *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLong(pn_state_of_module(module)->default_mark);
}

const char pn_set_default_high_water_mark_doc[] =
    "set_default_high_water_mark(value, /)\n--\n\n"
    "Sets the high-water mark (bytes, an integer from 0 to 2147483647) of sockets and servers made from now on "
    "without\n"
    "one. Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).\n"
    "Node: stream.setDefaultHighWaterMark().";

PyObject *
pn_set_default_high_water_mark(PyObject *module, PyObject *value)
{
    double n;
    if (pn_arg_number(value, "value", &n) < 0)
        return NULL;
    if (!(n >= 0 && n <= 2147483647) || n != (double)(uint32_t)n)
        return pn_raise_range("value", "an integer >= 0 and <= 2147483647", value);
    pn_state_of_module(module)->default_mark = (uint32_t)n;
    Py_RETURN_NONE;
}

/* --- for the tests --- */

PyObject *
pn_counts(PyObject *module, PyObject *unused)
{
    PnState *st = pn_state_of_module(module);
    (void)unused;
    struct pn_loop none;
    memset(&none, 0, sizeof(none));
    struct pn_loop *loop = st->loop != NULL ? st->loop : &none;
    return Py_BuildValue("{snsnsnsnsnsKsKsn}", "streams", (Py_ssize_t)loop->counts.streams, "listeners",
                         (Py_ssize_t)loop->counts.listeners, "requests", (Py_ssize_t)loop->counts.requests, "sockets",
                         (Py_ssize_t)st->sockets, "servers", (Py_ssize_t)st->servers, "turns",
                         (unsigned long long)loop->turns, "sends", (unsigned long long)loop->syscalls_write, "ticks",
                         (Py_ssize_t)st->ticks.count);
}
