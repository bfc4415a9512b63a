/* connect_lookup.c - looks up a host name by our resolver, emits `lookup`, and orders the addresses to try.
 *
 * Threads: the resolver calls back on the driving thread. */
#include <string.h>

#include "py/address/address_info.h"
#include "py/connect/connect.h"
#include "py/events/emitter.h"
#include "py/stream/duplex.h"

/* --- candidates --- */

void
pn_connect_emit_lookup(PnSocket *s, PyObject *error, PyObject *address, PyObject *family)
{
    PnState *st = s->d.em.st;
    if (!pn_has_listeners(&s->d.em, st->names.lookup))
        return;
    PyObject *host = Py_NewRef(s->connect->host); /* a garbage collection may free s->connect meanwhile */
    pn_emit_args(&s->d.em, st->names.lookup, PyTuple_Pack(4, error, address, family, host));
    Py_DECREF(host);
}

void
pn_connect_lookup_failed(PnSocket *s, uint64_t id, PyObject *error, PyObject *address, PyObject *family)
{
    if (error != NULL && pn_connect_still(s, id))
        pn_connect_emit_lookup(s, error, address, family);
    if (pn_connect_still(s, id))
        pn_connect_fail_soon(s, error);
    else if (error != NULL)
        Py_DECREF(error);
    else
        PyErr_Clear();
}

void
pn_connect_try_found(PnSocket *s, const struct pn_addr *found, size_t count)
{
    struct pn_connect *c = s->connect;
    c->addrs = PyMem_RawCalloc(count, sizeof(*c->addrs));
    if (c->addrs == NULL) {
        PyErr_NoMemory();
        pn_duplex_destroy_steal(&s->d, NULL);
        return;
    }
    c->count = pn_happy_order(found, count, c->addrs);
    for (size_t i = 0; i < c->count; i++)
        c->addrs[i].port = c->port;
    pn_idle_touch(&s->d);
    pn_connect_try(s);
}

/* --- our resolver --- */

static void
looked_up(PnSocket *s, int status, int sys_errno, const struct pn_addr *addrs, size_t count)
{
    PnState *st = s->d.em.st;
    uint64_t id = s->connect->id;
    if (status != 0 || count == 0) {
        PyObject *host = Py_NewRef(s->connect->host);
        PyObject *error = pn_lookup_error(st, status, sys_errno, host);
        Py_DECREF(host);
        pn_connect_lookup_failed(s, id, error, Py_None, Py_None);
        return;
    }
    if (!s->connect->auto_select)
        count = 1;
    for (size_t i = 0; i < count && pn_connect_still(s, id); i++) {
        if (!pn_has_listeners(&s->d.em, st->names.lookup))
            break;
        PyObject *text = pn_address_text_scoped(&addrs[i]);
        PyObject *family = PyLong_FromLong(addrs[i].family);
        if (text == NULL || family == NULL)
            PyErr_WriteUnraisable((PyObject *)s);
        else if (pn_connect_still(s, id))
            pn_connect_emit_lookup(s, Py_None, text, family);
        Py_XDECREF(text);
        Py_XDECREF(family);
    }
    if (pn_connect_still(s, id))
        pn_connect_try_found(s, addrs, count);
}

static void
on_lookup(void *data, int status, int sys_errno, const struct pn_addr *addrs, size_t count)
{
    PnSocket *s = data;
    PnState *st = s->d.em.st;
    if (s->connect == NULL || st->closed)
        return;
    unsigned scope = pn_callback_scope_open(st);
    Py_INCREF(s);
    s->connect->lookup = NULL;
    looked_up(s, status, sys_errno, addrs, count);
    pn_callback_scope_close(st, scope);
    Py_DECREF(s);
}

int
pn_connect_ask_resolver(PnSocket *s, const struct pn_connect_options *o)
{
    struct pn_connect *c = s->connect;
    struct pn_resolver *r = pn_loop_resolver(s->d.em.st->loop);
    uint64_t id = c->id;
    PyObject *name = pn_host_bytes(c->host);
    if (!pn_connect_still(s, id)) { /* the codec for non-ASCII names is Python code, and may end this connect() */
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
