/* connect_lookup_user.c - the option lookup: calls the user's function, and reads what it passes to its callback.
 *
 * Owns:    the callback holds a reference to the socket until it is called.
 * Threads: any thread may call the callback; a tick brings the result to the driving thread. */
#include "py/address/ip_objects.h"
#include "py/base/args.h"
#include "py/connect/connect.h"
#include "py/loop/driver.h"
#include "uvio/sockaddr.h"

/* --- the results --- */

static PyObject *
get_or_none(PyObject *mapping, PyObject *key)
{
    PyObject *value = PyObject_GetItem(mapping, key);
    if (value != NULL || !PyErr_ExceptionMatches(PyExc_KeyError))
        return value;
    PyErr_Clear();
    return Py_NewRef(Py_None);
}

/* Splits one result: (address, family), a mapping with both, or an address alone. New references. 0, or -1. */
static int
split_result(PnState *st, PyObject *item, PyObject **address, PyObject **family)
{
    *address = *family = NULL;
    if (PyTuple_Check(item) && PyTuple_GET_SIZE(item) >= 2) {
        *address = Py_NewRef(PyTuple_GET_ITEM(item, 0));
        *family = Py_NewRef(PyTuple_GET_ITEM(item, 1));
        return 0;
    }
    if (!pn_is_options(item)) {
        *address = Py_NewRef(item);
        *family = Py_NewRef(Py_None);
        return 0;
    }
    *address = get_or_none(item, st->names.address);
    *family = *address != NULL ? get_or_none(item, st->names.family) : NULL;
    return *family != NULL ? 0 : -1;
}

/* True if the family of a result agrees with its address, `addr`. */
static bool
good_family(PyObject *family, const struct pn_addr *addr)
{
    if (family == Py_None)
        return true;
    if (!PyLong_Check(family) || PyBool_Check(family))
        return false;
    long value = PyLong_AsLong(family);
    PyErr_Clear();
    return value == addr->family;
}

/* As in Node, the error has the place that was asked for. */
static int
set_place(PyObject *error, PyObject *host, uint16_t port)
{
    PyObject *number = PyLong_FromLong(port);
    int status = number != NULL ? PyObject_SetAttrString(error, "port", number) : -1;
    if (status == 0)
        status = PyObject_SetAttrString(error, "host", host);
    Py_XDECREF(number);
    return status;
}

static PyObject *
bad_result(PnSocket *s, PyObject *address, PyObject *family, bool bad_address)
{
    PyObject *host = Py_NewRef(s->connect->host); /* user code may free s->connect: str() of a result */
    uint16_t port = s->connect->port;
    PyObject *error;
    if (bad_address)
        error = pn_coded_error(PyExc_ValueError, "ERR_INVALID_IP_ADDRESS", "Invalid IP address: %S", address);
    else
        error = pn_coded_error(PyExc_ValueError, "ERR_INVALID_ADDRESS_FAMILY", "Invalid address family: %S %U:%d",
                               family, host, (int)port);
    if (error != NULL && set_place(error, host, port) < 0)
        Py_CLEAR(error);
    Py_DECREF(host);
    return error;
}

/* Emits `lookup` for one result and reads it into `out`. 1 if it is valid; 0 if not, with the error in `*error` if
 * it is the first one; -1 if this connect() is over, or with an exception. */
static int
take_result(PnSocket *s, uint64_t id, PyObject *item, struct pn_addr *out, PyObject **error)
{
    PnState *st = s->d.em.st;
    PyObject *address, *family;
    int result = split_result(st, item, &address, &family);
    if (result == 0 && pn_connect_still(s, id))
        pn_connect_emit_lookup(s, Py_None, address, family);
    if (result == 0 && pn_connect_still(s, id)) {
        PyObject *text = pn_host_of_object(st, address);
        Py_ssize_t len;
        const char *utf8 = text != NULL && PyUnicode_Check(text) ? PyUnicode_AsUTF8AndSize(text, &len) : NULL;
        bool bad_address = utf8 == NULL || pn_addr_parse_scoped(utf8, (size_t)len, out) < 0;
        if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_UnicodeError))
            PyErr_Clear(); /* no address contains a lone surrogate */
        result = PyErr_Occurred() ? -1 : !bad_address && good_family(family, out);
        if (result == 0 && *error == NULL && pn_connect_still(s, id) &&
            (*error = bad_result(s, address, family, bad_address)) == NULL)
            result = -1;
        Py_XDECREF(text);
    }
    else {
        result = -1;
    }
    Py_XDECREF(address);
    Py_XDECREF(family);
    return result;
}

/* Makes a list of the results. The user may pass one, or several where `all` were asked for; where one is, a list is
 * no address. */
static PyObject *
list_results(PyObject *address, PyObject *family, bool all)
{
    if (PyList_Check(address) && all)
        return PyList_GetSlice(address, 0, PyList_GET_SIZE(address)); /* a `lookup` listener may change it */
    bool pair = PyTuple_Check(address) && PyTuple_GET_SIZE(address) == 2 &&
                !PyTuple_Check(PyTuple_GET_ITEM(address, 0)) && !PyTuple_Check(PyTuple_GET_ITEM(address, 1)) &&
                !pn_is_options(PyTuple_GET_ITEM(address, 0));
    if (PyTuple_Check(address) && !pair && all)
        return PySequence_List(address);
    if (pair || pn_is_options(address))
        return Py_BuildValue("[O]", address);
    return Py_BuildValue("[(OO)]", address, family);
}

static void
take_results(PnSocket *s, uint64_t id, PyObject *items)
{
    Py_ssize_t all = PyList_GET_SIZE(items);
    Py_ssize_t count = s->connect->auto_select || all == 0 ? all : 1;
    struct pn_addr *found = PyMem_RawCalloc((size_t)count + 1, sizeof(*found));
    PyObject *error = NULL;
    size_t good = 0;
    int status = found != NULL ? 0 : -1;
    if (found == NULL)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < count && status >= 0; i++) {
        status = take_result(s, id, PyList_GET_ITEM(items, i), &found[good], &error);
        good += status > 0;
    }
    if (status >= 0 && good == 0 && error == NULL)
        error = bad_result(s, Py_None, Py_None, true);
    if (!pn_connect_still(s, id))
        PyErr_Clear();
    else if (status < 0)
        pn_connect_fail_soon(s, NULL);
    else if (good == 0)
        pn_connect_fail_soon(s, Py_XNewRef(error));
    else
        pn_connect_try_found(s, found, good);
    Py_XDECREF(error);
    PyMem_RawFree(found);
}

static void
found_result(PnSocket *s, uint64_t id, PyObject *error, PyObject *address, PyObject *family)
{
    if (!pn_connect_still(s, id) || s->d.em.st->closed)
        return;
    pn_connect_asked_no_more(s->connect);
    bool all = s->connect->auto_select;
    if (error != Py_None) {
        pn_connect_lookup_failed(s, id, Py_NewRef(error), all ? Py_None : address, all ? Py_None : family);
        return;
    }
    PyObject *items = all && address == Py_None ? PyList_New(0) : list_results(address, family, all);
    if (items != NULL && pn_connect_still(s, id))
        take_results(s, id, items);
    else if (pn_connect_still(s, id))
        pn_connect_fail_soon(s, NULL);
    Py_XDECREF(items);
}

/* --- the callback --- */

typedef struct {
    PyObject_HEAD
    PnState *st;      /* borrowed */
    PyObject *socket; /* own; NULL once it has been called */
    uint64_t id;      /* of the connect() */
} PnLookupCallback;

#define PN_LOOKUP_CALLBACK(op) ((PnLookupCallback *)(void *)(op))

static PyObject *
lookup_callback_new(PnSocket *s, uint64_t id)
{
    PyTypeObject *type = s->d.em.st->LookupCallback;
    PyObject *op = type->tp_alloc(type, 0);
    if (op == NULL)
        return NULL;
    PN_LOOKUP_CALLBACK(op)->st = s->d.em.st;
    PN_LOOKUP_CALLBACK(op)->socket = Py_NewRef((PyObject *)s);
    PN_LOOKUP_CALLBACK(op)->id = id;
    return op;
}

/* `self` is (socket, id, err, address, family), what the callback was called with. */
static void
found_tick(PnState *st, PyObject *self, void *arg)
{
    uint64_t id = PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(self, 1));
    (void)st;
    (void)arg;
    found_result(PN_SOCKET(PyTuple_GET_ITEM(self, 0)), id, PyTuple_GET_ITEM(self, 2), PyTuple_GET_ITEM(self, 3),
                 PyTuple_GET_ITEM(self, 4));
}

static PyObject *
callback_call(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = {"err", "address", "family", NULL};
    PnLookupCallback *cb = PN_LOOKUP_CALLBACK(op);
    PyObject *error = Py_None, *address = Py_None, *family = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OOO:callback", (char **)(uintptr_t)names, &error, &address,
                                     &family))
        return NULL;
    if (error != Py_None && !PyExceptionInstance_Check(error))
        return pn_raise_arg_type("err", "None or an exception", error);
    PyObject *socket = cb->socket;
    if (socket == NULL)
        Py_RETURN_NONE; /* only the first call counts */
    cb->socket = NULL;
    PnState *st = cb->st;
    int status = 0;
    if (PN_SOCKET(socket)->d.em.generation != st->generation) {
        /* the socket belongs to a parent process, or the interpreter is exiting */
    }
    else if (pn_in_callback(st)) {
        found_result(PN_SOCKET(socket), cb->id, error, address, family);
    }
    else {
        PyObject *all = Py_BuildValue("(OKOOO)", socket, (unsigned long long)cb->id, error, address, family);
        status = all != NULL ? pn_tick(st, found_tick, all, NULL) : -1;
        Py_XDECREF(all);
        if (status < 0 && cb->socket == NULL) {
            cb->socket = socket; /* the caller may call it again */
            return NULL;
        }
        if (status == 0)
            status = pn_driver_ensure(st);
    }
    Py_DECREF(socket);
    return status == 0 ? Py_NewRef(Py_None) : NULL;
}

static int
callback_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(PN_LOOKUP_CALLBACK(op)->socket);
    return 0;
}

static int
callback_clear(PyObject *op)
{
    PnLookupCallback *cb = PN_LOOKUP_CALLBACK(op);
    if (cb->socket != NULL && pn_connect_still(PN_SOCKET(cb->socket), cb->id))
        pn_connect_asked_no_more(PN_SOCKET(cb->socket)->connect);
    Py_CLEAR(cb->socket);
    return 0;
}

static void
callback_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    Py_TRASHCAN_BEGIN(op, callback_dealloc) /* sockets may form long chains */
        (void) callback_clear(op);
    type->tp_free(op);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

static PyType_Slot callback_slots[] = {
    {Py_tp_doc,
     "A lookup function calls this with its result: callback(err, address, family), or callback(err, addresses).\n"
     "Only the first call counts. Any thread may call it."},
    {Py_tp_call, callback_call},
    {Py_tp_traverse, callback_traverse},
    {Py_tp_clear, callback_clear},
    {Py_tp_dealloc, callback_dealloc},
    {0, NULL},
};

PyType_Spec pn_lookup_callback_spec = {
    .name = "pynet.LookupCallback",
    .basicsize = sizeof(PnLookupCallback),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = callback_slots,
};

/* --- calling the user's function --- */

/* {"family": ..., "hints": ..., "all": True} */
static PyObject *
lookup_options(PnState *st, const struct pn_connect_options *o)
{
    PyObject *dict = PyDict_New();
    PyObject *family = o->family_given ? PyLong_FromLong(o->family) : Py_NewRef(Py_None);
    PyObject *hints = PyLong_FromLong(o->hints);
    if (dict == NULL || family == NULL || hints == NULL || PyDict_SetItem(dict, st->names.family, family) < 0 ||
        PyDict_SetItem(dict, st->names.hints, hints) < 0 ||
        (o->auto_select && PyDict_SetItem(dict, st->names.all, Py_True) < 0))
        Py_CLEAR(dict);
    Py_XDECREF(family);
    Py_XDECREF(hints);
    return dict;
}

int
pn_connect_ask_user(PnSocket *s, const struct pn_connect_options *o)
{
    uint64_t id = s->connect->id;
    PyObject *host = Py_NewRef(s->connect->host);
    PyObject *options = lookup_options(s->d.em.st, o);
    PyObject *callback = options != NULL ? lookup_callback_new(s, id) : NULL;
    if (callback != NULL && pn_connect_still(s, id)) {
        s->connect->asked = true;
        s->d.em.st->loop->asked++;
    }
    PyObject *result = callback != NULL ? PyObject_CallFunctionObjArgs(o->lookup, host, options, callback, NULL) : NULL;
    int status = result != NULL ? 0 : -1;
    Py_XDECREF(result);
    Py_XDECREF(callback);
    Py_XDECREF(options);
    Py_DECREF(host);
    return status;
}
