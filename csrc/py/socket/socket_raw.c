/* socket_raw.c - set_option() and get_option(): any option of the descriptor, as setsockopt() and getsockopt() of the
 * module socket; peer_credentials.
 *
 * What is set before the socket connects is stored, and set on each descriptor before it connects. */
#include <limits.h>
#include <string.h>

#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/socket/socket.h"
#include "uvio/platform.h"

#define MAX_VALUE 65536

/* --- values --- */

/* The bytes of a value, an int or an object with a buffer. New reference; NULL with an exception. */
static PyObject *
value_bytes(PyObject *value)
{
    if (PyLong_Check(value)) {
        long long wide = PyLong_AsLongLong(value);
        int number = (int)wide;
        if (wide == -1 && PyErr_Occurred())
            PyErr_Clear();
        else if (wide >= INT_MIN && wide <= UINT_MAX)
            return PyBytes_FromStringAndSize((const char *)&number, sizeof(number));
        return pn_raise_range("value", "an integer of 32 bits", value);
    }
    if (PyObject_CheckBuffer(value))
        return PyBytes_FromObject(value);
    return pn_raise_arg_type("value", "an int or an object with a buffer", value);
}

static int
int_of(PyObject *obj, const char *name, int *out)
{
    int overflow = 0;
    long value = PyLong_Check(obj) && !PyBool_Check(obj) ? PyLong_AsLongAndOverflow(obj, &overflow) : -1;
    if (!PyLong_Check(obj) || PyBool_Check(obj))
        pn_raise_arg_type(name, "an int", obj);
    else if (overflow != 0 || value < 0 || value > INT_MAX)
        pn_raise_range(name, ">= 0 && <= 2147483647", obj);
    else {
        *out = (int)value;
        return 0;
    }
    return -1;
}

/* --- what is stored --- */

/* The entry of that option in the list; NULL, without an exception, if there is none. Borrowed. */
static PyObject *
stored(const PnSocket *s, int level, int name, Py_ssize_t *index)
{
    PyObject *list = s->extras != NULL ? s->extras->raw_options : NULL;
    for (Py_ssize_t i = 0; list != NULL && i < PyList_GET_SIZE(list); i++) {
        PyObject *entry = PyList_GET_ITEM(list, i);
        if (PyLong_AsLong(PyTuple_GET_ITEM(entry, 0)) == level && PyLong_AsLong(PyTuple_GET_ITEM(entry, 1)) == name) {
            *index = i;
            return entry;
        }
    }
    return NULL;
}

static int
store(PnSocket *s, int level, int name, PyObject *value)
{
    struct pn_socket_extras *extras = pn_extras_of(s);
    if (extras == NULL || (extras->raw_options == NULL && (extras->raw_options = PyList_New(0)) == NULL))
        return -1;
    Py_ssize_t index;
    PyObject *entry = Py_BuildValue("(iiO)", level, name, value);
    if (entry == NULL)
        return -1;
    if (stored(s, level, name, &index) != NULL)
        return PyList_SetItem(extras->raw_options, index, entry);
    int status = PyList_Append(extras->raw_options, entry);
    Py_DECREF(entry);
    return status;
}

int
pn_socket_prepare(PnSocket *s, int family)
{
    PyObject *list = s->extras != NULL ? s->extras->raw_options : NULL;
    if (list == NULL || PyList_GET_SIZE(list) == 0)
        return 0;
    int status = pn_stream_fd(s->d.io) < 0 ? pn_stream_open_fd(s->d.io, family) : 0;
    for (Py_ssize_t i = 0; status == 0 && i < PyList_GET_SIZE(list); i++) {
        PyObject *entry = PyList_GET_ITEM(list, i), *value = PyTuple_GET_ITEM(entry, 2);
        status = pn_stream_set_option(s->d.io, (int)PyLong_AsLong(PyTuple_GET_ITEM(entry, 0)),
                                      (int)PyLong_AsLong(PyTuple_GET_ITEM(entry, 1)), PyBytes_AS_STRING(value),
                                      (size_t)PyBytes_GET_SIZE(value));
    }
    return status;
}

/* --- methods --- */

const char pn_set_option_doc[] =
    "set_option($self, level, name, value, /)\n--\n\n"
    "Sets an option of the descriptor, like socket.setsockopt(). value is an int or bytes. Before the socket is\n"
    "connected, the option is stored, and set before connect(2), also for later connections. Returns the\n"
    "socket. Raises NetError with the error of the system, TypeError (ERR_INVALID_ARG_TYPE), ValueError\n"
    "(ERR_OUT_OF_RANGE).";

PyObject *
pn_socket_set_option_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"level", "name", "value", NULL};
    PnSocket *s = PN_SOCKET(op);
    PyObject *a[3];
    int level, name, status = 0;
    if (pn_check_alive(&s->d.em) < 0 || pn_unpack("set_option", names, 3, args, nargs, kwnames, a) < 0 ||
        int_of(a[0], "level", &level) < 0 || int_of(a[1], "name", &name) < 0)
        return NULL;
    PyObject *value = value_bytes(a[2]);
    if (value == NULL)
        return NULL;
    if (s->d.io != NULL && pn_stream_fd(s->d.io) >= 0)
        status = pn_stream_set_option(s->d.io, level, name, PyBytes_AS_STRING(value), (size_t)PyBytes_GET_SIZE(value));
    if (status != 0)
        pn_raise_uv(s->d.em.st, status, "setsockopt");
    else
        status = store(s, level, name, value);
    Py_DECREF(value);
    return status != 0 ? NULL : Py_NewRef(op);
}

const char pn_get_option_doc[] =
    "get_option($self, level, name, size=0, /)\n--\n\n"
    "Returns the value of an option of the descriptor, like socket.getsockopt(): an int, or with a size at most\n"
    "that many bytes. Without a descriptor it returns the value that set_option() stored. Raises NetError with\n"
    "the error of the system, or ERR_SOCKET_CLOSED if there is no descriptor and no stored value; TypeError\n"
    "(ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).";

static PyObject *
as_wanted(const char *base, size_t len, int size)
{
    int number = 0;
    if (size > 0)
        return PyBytes_FromStringAndSize(base, (Py_ssize_t)(len < (size_t)size ? len : (size_t)size));
    memcpy(&number, base, len < sizeof(number) ? len : sizeof(number));
    return PyLong_FromLong(number);
}

PyObject *
pn_socket_get_option_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"level", "name", "size", NULL};
    PnSocket *s = PN_SOCKET(op);
    PyObject *a[3];
    int level, name, size = 0;
    Py_ssize_t index;
    if (pn_check_alive(&s->d.em) < 0 || pn_unpack("get_option", names, 2, args, nargs, kwnames, a) < 0 ||
        int_of(a[0], "level", &level) < 0 || int_of(a[1], "name", &name) < 0 ||
        (a[2] != NULL && int_of(a[2], "size", &size) < 0))
        return NULL;
    if (size > MAX_VALUE)
        return pn_raise_range("size", ">= 0 && <= 65536", a[2]);
    if (s->d.io == NULL || pn_stream_fd(s->d.io) < 0) {
        PyObject *entry = stored(s, level, name, &index);
        if (entry == NULL)
            return pn_raise_net(s->d.em.st, "ERR_SOCKET_CLOSED", "Socket is closed");
        PyObject *value = PyTuple_GET_ITEM(entry, 2);
        return as_wanted(PyBytes_AS_STRING(value), (size_t)PyBytes_GET_SIZE(value), size);
    }
    size_t len = size > 0 ? (size_t)size : sizeof(int);
    char *base = PyMem_Calloc(1, len);
    if (base == NULL)
        return PyErr_NoMemory();
    int status = pn_stream_get_option(s->d.io, level, name, base, &len);
    PyObject *value = status == 0 ? as_wanted(base, len, size) : pn_raise_uv(s->d.em.st, status, "getsockopt");
    PyMem_Free(base);
    return value;
}

/* --- the peer's process --- */

PyObject *
pn_socket_get_credentials(PyObject *op, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    struct pn_credentials c;
    (void)closure;
    if (!PN_HAS_UNIX_SOCKETS && s->is_pipe)
        return pn_raise_unavailable(s->d.em.st, "peer_credentials");
    if (s->d.io == NULL || !s->d.connected || s->d.em.generation != s->d.em.st->generation ||
        !pn_stream_peer_credentials(s->d.io, &c))
        Py_RETURN_NONE;
    PyObject *module = PyImport_ImportModule("pynet._sending");
    PyObject *type = module != NULL ? PyObject_GetAttrString(module, "PeerCredentials") : NULL;
    PyObject *all = NULL;
    if (type != NULL && c.pid >= 0)
        all = PyObject_CallFunction(type, "lkk", c.pid, c.uid, c.gid);
    else if (type != NULL)
        all = PyObject_CallFunction(type, "Okk", Py_None, c.uid, c.gid);
    Py_XDECREF(type);
    Py_XDECREF(module);
    return all;
}
