/* endpoint.c - reads the address forms of connect() and listen(): (port, host), a path, a (host, port) tuple, a
 * SocketAddress, a mapping of options; refuses (host, port) in the wrong order. See endpoint.h. */
#include "py/address/endpoint.h"

#include <math.h>
#include <string.h>

#include "py/address/address.h"
#include "py/address/ip_objects.h"
#include "py/base/args.h"
#include "py/base/errors.h"
#include "uvio/platform.h"

void
pn_endpoint_clear(struct pn_endpoint *e)
{
    Py_CLEAR(e->path);
    Py_CLEAR(e->host);
    Py_CLEAR(e->callback);
    Py_CLEAR(e->backlog);
    Py_CLEAR(e->options);
    Py_CLEAR(e->list);
    Py_CLEAR(e->handle);
}

/* --- values --- */

static const char *
port_name(bool listening)
{
    return listening ? "options.port" : "Port";
}

static int
set_port(PyObject *obj, bool listening, struct pn_endpoint *e)
{
    if (pn_arg_port(obj, port_name(listening), &e->port) < 0)
        return -1;
    e->has_port = true;
    return 0;
}

static int
set_host_text(PyObject *obj, struct pn_endpoint *e)
{
    if (!PyUnicode_Check(obj)) {
        pn_raise_arg_type("options.host", "a str", obj);
        return -1;
    }
    if (PyUnicode_GET_LENGTH(obj) == 0)
        return 0;
    if (PyUnicode_FindChar(obj, 0, 0, PyUnicode_GET_LENGTH(obj), 1) >= 0) {
        pn_raise_arg_value("options.host", "must not contain a null character", obj);
        return -1;
    }
    Py_XSETREF(e->host, Py_NewRef(obj));
    return 0;
}

/* Accepts a name or an address, also an address of the module ipaddress. */
static int
set_host(PnState *st, PyObject *obj, struct pn_endpoint *e)
{
    if (obj == NULL || obj == Py_None)
        return 0;
    PyObject *host = pn_host_of_object(st, obj);
    int status = host != NULL ? set_host_text(host, e) : -1;
    Py_XDECREF(host);
    return status;
}

static int
set_path(PnState *st, PyObject *obj, const char *name, struct pn_endpoint *e)
{
    PyObject *bytes = pn_arg_path(obj, name);
    if (bytes == NULL)
        return -1;
    if (!PN_HAS_UNIX_SOCKETS && PyBytes_GET_SIZE(bytes) > 0 && PyBytes_AS_STRING(bytes)[0] == '\0') {
        Py_DECREF(bytes);
        pn_raise_unavailable(st, "abstract names");
        return -1;
    }
    Py_XSETREF(e->path, bytes);
    return 0;
}

/* The longest name of the DNS has 253 bytes, or 254 with a dot at its end. */
#define NAME_MAX_LEN 254

PyObject *
pn_host_bytes(PyObject *host)
{
    if (PyUnicode_IS_ASCII(host))
        return PyUnicode_AsASCIIString(host);
    if (PyUnicode_GET_LENGTH(host) > NAME_MAX_LEN) /* the codec takes seconds for a long name */
        return pn_raise_arg_value("options.host", "must be a valid host name", host);
    PyObject *bytes = PyUnicode_AsEncodedString(host, "idna", "strict");
    if (bytes == NULL && PyErr_ExceptionMatches(PyExc_UnicodeError)) {
        PyErr_Clear();
        return pn_raise_arg_value("options.host", "must be a valid host name", host);
    }
    return bytes;
}

/* --- positional forms --- */

/* Decides between a port and a path as Node does: 1 if JavaScript's Number(text) is >= 0, else 0; -1 with MemoryError. */
static int
looks_like_port(PyObject *text)
{
    Py_ssize_t len;
    const char *utf8 = PyUnicode_AsUTF8AndSize(text, &len);
    if (utf8 == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeError))
            return -1;
        PyErr_Clear();
        return 0;
    }
    double number = pn_js_number(utf8, (size_t)len);
    return PyErr_Occurred() ? -1 : number >= 0; /* false for NaN */
}

/* looks_like_port() has encoded the text already, if it can be encoded. */
static bool
is_local_name(PyObject *text)
{
    Py_ssize_t len;
    const char *utf8 = PyUnicode_AsUTF8AndSize(text, &len);
    if (utf8 == NULL) {
        PyErr_Clear();
        return false;
    }
    return pn_ip_version(utf8, (size_t)len) != 0 || PyOS_stricmp(utf8, "localhost") == 0;
}

static bool
is_number(PyObject *obj)
{
    return obj != NULL && (PyLong_Check(obj) || PyFloat_Check(obj)) && !PyBool_Check(obj);
}

/* A number, or a text of digits. */
static bool
is_port(PyObject *obj)
{
    if (obj == NULL || !PyUnicode_Check(obj))
        return is_number(obj);
    const char *utf8 = PyUnicode_AsUTF8(obj);
    if (utf8 == NULL)
        PyErr_Clear();
    return utf8 != NULL && *utf8 != '\0' && strspn(utf8, "0123456789") == strlen(utf8);
}

static int
raise_order(bool listening, PyObject *first, PyObject *second)
{
    pn_raise_coded(PyExc_TypeError, "ERR_INVALID_ARG_TYPE",
                   "The port comes first: %s(%S, %R). Received a host first (for a unix socket, "
                   "pass only the path)",
                   listening ? "listen" : "connect", second, first);
    return -1;
}

/* connect("example.com", 80): Node would take the host for a path. With listen() a number may be the backlog of a path,
 * a text never is. */
static int
check_order(bool listening, PyObject *first, PyObject *second)
{
    bool wrong = is_number(second) ? !listening || is_local_name(first)
                                   : is_port(second) && PyUnicode_FindChar(first, '/', 0, PY_SSIZE_T_MAX, 1) < 0;
    return wrong ? raise_order(listening, first, second) : 0;
}

/* "localhost:8080", "tcp://host": Node would take them for a path, and listen() would make a file of that name. */
static int
check_lone_text(PnState *st, bool listening, PyObject *text)
{
    if (PyUnicode_FindChar(text, ':', 0, PY_SSIZE_T_MAX, 1) < 0)
        return 0;
    PyObject *name = PyUnicode_FromString(listening ? "listen" : "connect");
    PyObject *args[2] = {name, text};
    PyObject *hint = name != NULL ? PyObject_Vectorcall(pn_state_run(st, PN_RUN_lone_text_hint), args, 2, NULL) : NULL;
    Py_XDECREF(name);
    if (hint != NULL && hint != Py_None)
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE", "%U", hint);
    Py_XDECREF(hint);
    return PyErr_Occurred() ? -1 : 0;
}

static int
take_text(PnState *st, PyObject *const *args, Py_ssize_t nargs, bool listening, struct pn_endpoint *e)
{
    PyObject *second = nargs > 1 ? args[1] : NULL;
    int port = looks_like_port(args[0]);
    if (port < 0)
        return -1;
    if (port == 0) {
        if (check_order(listening, args[0], second) < 0 || check_lone_text(st, listening, args[0]) < 0)
            return -1;
        return set_path(st, args[0], listening ? "path" : "options.path", e);
    }
    return set_port(args[0], listening, e);
}

/* 1, 0, or -1 with an exception. */
static int
is_host(PnState *st, PyObject *obj)
{
    return PyUnicode_Check(obj) ? 1 : pn_is_ip_object(st, obj);
}

/* (host, port), as in the socket module and address(). */
static int
take_pair(PnState *st, PyObject *pair, bool listening, struct pn_endpoint *e)
{
    int fits = PyTuple_GET_SIZE(pair) < 2 ? 0 : is_host(st, PyTuple_GET_ITEM(pair, 0));
    if (fits == 0)
        pn_raise_arg_type("address", "a (host, port) tuple", pair);
    if (fits <= 0)
        return -1;
    if (set_port(PyTuple_GET_ITEM(pair, 1), listening, e) < 0)
        return -1;
    return set_host(st, PyTuple_GET_ITEM(pair, 0), e);
}

static int
take_address(const struct pn_addr *addr, struct pn_endpoint *e)
{
    Py_XSETREF(e->host, pn_address_text(addr));
    e->port = addr->port;
    e->has_port = true;
    return e->host != NULL ? 0 : -1;
}

/* Another server, a socket, a BoundSocket, or any object with a descriptor: 1, 0, or -1 with an exception. */
static int
has_descriptor(PyObject *obj)
{
    if (PyLong_Check(obj) || PyFloat_Check(obj))
        return 0;
    int found = pn_has_attribute(obj, "fileno");
    return found != 0 ? found : pn_has_attribute(obj, "fd");
}

static int
take_first(PnState *st, PyObject *const *args, Py_ssize_t nargs, bool listening, struct pn_endpoint *e,
           Py_ssize_t *used)
{
    PyObject *first = args[0];
    *used = 1;
    if (first == Py_None && !listening && nargs > 1 && is_host(st, args[1])) {
        pn_raise_coded(PyExc_TypeError, "ERR_INVALID_ARG_TYPE",
                       "The port comes first: connect(port, %R). Received None as the port", args[1]);
        return -1;
    }
    if (first == Py_None)
        return 0;
    if (PyTuple_Check(first))
        return take_pair(st, first, listening, e);
    if (listening && PyList_Check(first)) {
        e->list = Py_NewRef(first);
        return 0;
    }
    const struct pn_addr *addr = pn_address_value(st, first);
    if (addr != NULL)
        return take_address(addr, e);
    int ip = pn_is_ip_object(st, first);
    if (ip != 0 && (ip < 0 || (nargs > 1 && is_port(args[1]))))
        return ip < 0 ? -1 : raise_order(listening, first, args[1]);
    if (pn_is_options(first)) {
        e->options = Py_NewRef(first);
        return 0;
    }
    if (PyUnicode_Check(first))
        return take_text(st, args, nargs, listening, e);
    int found = pn_is_path(first);
    if (found != 0)
        return found < 0 ? -1 : set_path(st, first, listening ? "path" : "options.path", e);
    found = listening ? has_descriptor(first) : 0;
    if (found == 0)
        return set_port(first, listening, e);
    if (found > 0)
        e->handle = Py_NewRef(first);
    return found > 0 ? 0 : -1;
}

static int
parse(PnState *st, bool listening, PyObject *const *args, Py_ssize_t nargs, struct pn_endpoint *e)
{
    Py_ssize_t used = 0;
    if (nargs > 0 && pn_is_callback(args[nargs - 1]) && !PyTuple_Check(args[nargs - 1])) {
        if (pn_check_callable(st, args[nargs - 1], listening ? "callback" : "listener") < 0)
            return -1;
        e->callback = Py_NewRef(args[--nargs]);
    }
    if (nargs > 0 && take_first(st, args, nargs, listening, e, &used) < 0)
        return -1;
    bool first_none = nargs > 0 && args[0] == Py_None;
    if ((e->has_port || (listening && first_none)) && e->host == NULL && used < nargs &&
        (args[used] == Py_None || is_host(st, args[used]) || !listening)) {
        if (set_host(st, args[used++], e) < 0)
            return -1;
    }
    while (listening && used < nargs && (args[used] == Py_None || is_number(args[used]))) {
        if (args[used] != Py_None)
            Py_XSETREF(e->backlog, Py_NewRef(args[used]));
        used++;
    }
    while (used < nargs && args[used] == Py_None)
        used++;
    if (used < nargs) {
        pn_raise_arg_type(listening ? "callback" : "listener", "a callable", args[used]);
        return -1;
    }
    return 0;
}

int
pn_endpoint_parse(PnState *st, bool listening, PyObject *const *args, Py_ssize_t nargs, struct pn_endpoint *e)
{
    memset(e, 0, sizeof(*e));
    if (parse(st, listening, args, nargs, e) == 0)
        return 0;
    pn_endpoint_clear(e);
    return -1;
}

static int
apply(PnState *st, bool listening, PyObject *port, PyObject *host, PyObject *path, struct pn_endpoint *e)
{
    if (port != NULL && set_port(port, listening, e) < 0)
        return -1;
    if (set_host(st, host, e) < 0)
        return -1;
    if (path != NULL && set_path(st, path, "options.path", e) < 0)
        return -1;
    /* An empty path counts as absent for connect(), which falls back to TCP; listen() refuses it. */
    if (e->path != NULL && PyBytes_GET_SIZE(e->path) == 0 && !listening) {
        Py_CLEAR(e->path);
        e->has_port = true;
    }
    return 0;
}

int
pn_endpoint_options(PnState *st, bool listening, PyObject *port, PyObject *host, PyObject *path, struct pn_endpoint *e)
{
    if (apply(st, listening, port, host, path, e) == 0)
        return 0;
    pn_endpoint_clear(e);
    return -1;
}
