/* connect_lookup.c - from a host name to the addresses to try: by our resolver, or by the user's function.
 *
 * Threads: the resolver tells on the driving thread; what the user's function found is brought there by a tick. */
#include <string.h>

#include "uvio/sockaddr.h"
#include "py/base/args.h"
#include "py/connect/connect.h"
#include "py/loop/driver.h"
#include "py/base/errors.h"
#include "py/address/ip_objects.h"

/* --- candidates --- */

static void
emit_lookup(PnSocket *s, PyObject *error, PyObject *address, PyObject *family)
{
    PnState *st = s->em.st;
    if (!pn_has_listeners(&s->em, st->names.lookup))
        return;
    PyObject *host = Py_NewRef(s->connect->host); /* making a tuple may collect garbage */
    pn_emit_tuple(s, st->names.lookup, PyTuple_Pack(4, error, address, family, host));
    Py_DECREF(host);
}

static void
lookup_failed(PnSocket *s, uint64_t id, PyObject *error, PyObject *address, PyObject *family)
{
    if (error != NULL && pn_connect_still(s, id))
        emit_lookup(s, error, address, family);
    if (pn_connect_still(s, id))
        pn_connect_fail_soon(s, error);
    else if (error != NULL)
        Py_DECREF(error);
    else
        PyErr_Clear();
}

/* At least one address. */
static void
try_candidates(PnSocket *s, const struct pn_addr *found, size_t count)
{
    struct pn_connect *c = s->connect;
    c->addrs = PyMem_RawCalloc(count, sizeof(*c->addrs));
    if (c->addrs == NULL) {
        PyErr_NoMemory();
        pn_socket_destroy_steal(s, NULL);
        return;
    }
    c->count = pn_happy_order(found, count, c->addrs);
    for (size_t i = 0; i < c->count; i++)
        c->addrs[i].port = c->port;
    pn_idle_touch(s);
    pn_connect_try(s);
}

/* --- our resolver --- */

static void
looked_up(PnSocket *s, int status, int sys_errno, const struct pn_addr *addrs, size_t count)
{
    PnState *st = s->em.st;
    uint64_t id = s->connect->id;
    if (status != 0 || count == 0) {
        PyObject *host = Py_NewRef(s->connect->host);
        PyObject *error = pn_lookup_error(st, status, sys_errno, host);
        Py_DECREF(host);
        lookup_failed(s, id, error, Py_None, Py_None);
        return;
    }
    if (!s->connect->auto_select)
        count = 1;
    for (size_t i = 0; i < count && pn_connect_still(s, id); i++) {
        if (!pn_has_listeners(&s->em, st->names.lookup))
            break;
        PyObject *text = pn_address_text_scoped(&addrs[i]);
        PyObject *family = PyLong_FromLong(addrs[i].family);
        if (text == NULL || family == NULL)
            PyErr_WriteUnraisable((PyObject *)s);
        else if (pn_connect_still(s, id))
            emit_lookup(s, Py_None, text, family);
        Py_XDECREF(text);
        Py_XDECREF(family);
    }
    if (pn_connect_still(s, id))
        try_candidates(s, addrs, count);
}

static void
on_lookup(void *data, int status, int sys_errno, const struct pn_addr *addrs, size_t count)
{
    PnSocket *s = data;
    PnState *st = s->em.st;
    if (s->connect == NULL || st->closed)
        return;
    unsigned scope = pn_enter(st);
    Py_INCREF(s);
    s->connect->lookup = NULL;
    looked_up(s, status, sys_errno, addrs, count);
    pn_leave(st, scope);
    Py_DECREF(s);
}

static int
ask_resolver(PnSocket *s, const struct pn_connect_options *o)
{
    struct pn_connect *c = s->connect;
    struct pn_resolver *r = pn_loop_resolver(s->em.st->loop);
    uint64_t id = c->id;
    PyObject *name = pn_host_bytes(c->host);
    if (!pn_connect_still(s, id)) { /* the codec for names in other scripts is Python, and may collect garbage */
        Py_XDECREF(name);
        PyErr_Clear();
        return 0;
    }
    if (name != NULL && r != NULL)
        c->lookup = pn_resolver_start(r, PyBytes_AS_STRING(name), o->family, o->hints, on_lookup, s);
    bool bad_name = name == NULL;
    Py_XDECREF(name);
    if (c->lookup == NULL && !bad_name)
        PyErr_NoMemory();
    return c->lookup == NULL ? -1 : 0;
}

/* --- the user's function --- */

static PyObject *
get_or_none(PyObject *mapping, PyObject *key)
{
    PyObject *value = PyObject_GetItem(mapping, key);
    if (value != NULL || !PyErr_ExceptionMatches(PyExc_KeyError))
        return value;
    PyErr_Clear();
    return Py_NewRef(Py_None);
}

/* One result: (address, family), a mapping with both, or an address alone. New references; 0, or -1. */
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

/* The family that a result says it has; `addr` is what its text says. */
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

static PyObject *
bad_result(PnSocket *s, PyObject *address, PyObject *family, bool bad_address)
{
    struct pn_connect *c = s->connect;
    if (bad_address)
        return pn_coded_error(PyExc_ValueError, "ERR_INVALID_IP_ADDRESS", "Invalid IP address: %S", address);
    return pn_coded_error(PyExc_ValueError, "ERR_INVALID_ADDRESS_FAMILY", "Invalid address family: %S %U:%d", family,
                          c->host, (int)c->port);
}

/* Emits `lookup` for one result and reads it into `out`. 1 when it is one; 0 when it is none, with the error in `*error`
 * if that is the first; -1 when the connect is over, or with an exception. */
static int
take_result(PnSocket *s, uint64_t id, PyObject *item, struct pn_addr *out, PyObject **error)
{
    PnState *st = s->em.st;
    PyObject *address, *family;
    int result = split_result(st, item, &address, &family);
    if (result == 0 && pn_connect_still(s, id))
        emit_lookup(s, Py_None, address, family);
    if (result == 0 && pn_connect_still(s, id)) {
        PyObject *text = pn_host_of_object(st, address);
        Py_ssize_t len;
        const char *utf8 = text != NULL && PyUnicode_Check(text) ? PyUnicode_AsUTF8AndSize(text, &len) : NULL;
        bool bad_address = utf8 == NULL || pn_addr_parse_scoped(utf8, (size_t)len, out) < 0;
        PyErr_Clear();
        result = !bad_address && good_family(family, out);
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

/* All results as a list: the user may have given one, or several. */
static PyObject *
list_results(PyObject *address, PyObject *family)
{
    if (PyList_Check(address))
        return PyList_GetSlice(address, 0, PyList_GET_SIZE(address)); /* the listeners of `lookup` may change it */
    bool pair = PyTuple_Check(address) && PyTuple_GET_SIZE(address) == 2 &&
                !PyTuple_Check(PyTuple_GET_ITEM(address, 0)) && !PyTuple_Check(PyTuple_GET_ITEM(address, 1)) &&
                !pn_is_options(PyTuple_GET_ITEM(address, 0));
    if (PyTuple_Check(address) && !pair)
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
        try_candidates(s, found, good);
    Py_XDECREF(error);
    PyMem_RawFree(found);
}

void
pn_connect_asked_no_more(struct pn_connect *c)
{
    struct pn_loop *loop = c->socket->em.st->loop;
    if (!c->asked)
        return;
    c->asked = false;
    loop->asked--;
    pn_loop_wake(loop);
}

void
pn_connect_found(PnSocket *s, uint64_t id, PyObject *error, PyObject *address, PyObject *family)
{
    if (!pn_connect_still(s, id) || s->em.st->closed)
        return;
    pn_connect_asked_no_more(s->connect);
    bool all = s->connect->auto_select;
    if (error != Py_None) {
        lookup_failed(s, id, Py_NewRef(error), all ? Py_None : address, all ? Py_None : family);
        return;
    }
    PyObject *items = all && address == Py_None ? PyList_New(0) : list_results(address, family);
    if (items != NULL && pn_connect_still(s, id))
        take_results(s, id, items);
    else if (pn_connect_still(s, id))
        pn_connect_fail_soon(s, NULL);
    Py_XDECREF(items);
}

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

static int
ask_user(PnSocket *s, const struct pn_connect_options *o)
{
    uint64_t id = s->connect->id;
    PyObject *host = Py_NewRef(s->connect->host);
    PyObject *options = lookup_options(s->em.st, o);
    PyObject *callback = options != NULL ? pn_lookup_callback_new(s, id) : NULL;
    if (callback != NULL && pn_connect_still(s, id)) {
        s->connect->asked = true;
        s->em.st->loop->asked++;
    }
    PyObject *result = callback != NULL ? PyObject_CallFunctionObjArgs(o->lookup, host, options, callback, NULL) : NULL;
    int status = result != NULL ? 0 : -1;
    Py_XDECREF(result);
    Py_XDECREF(callback);
    Py_XDECREF(options);
    Py_DECREF(host);
    return status;
}

int
pn_connect_resolve(PnSocket *s, const struct pn_connect_options *o)
{
    return o->lookup != NULL ? ask_user(s, o) : ask_resolver(s, o);
}
