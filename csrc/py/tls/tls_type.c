/* tls_type.c - the type of the filter, which is not public; its parts. */
#include "py/tls/tls.h"

#include <string.h>

#include "py/base/errors.h"

/* --- making --- */

/* parts: (ssl_object, direct, server_side, hostname or None, handshake_timeout in ms, strict_end, address of
 * OpenSSL's connection or 0, calls...) */
PnTLS *
pn_tls_new(PnState *st, PyObject *parts)
{
    PyObject *ssl_object, *hostname, *address, *c[PN_TLS_CALLS];
    double timeout;
    int direct, server_side, strict;
    if (!PyTuple_Check(parts) ||
        !PyArg_ParseTuple(parts, "OppOdpOOOOOOO", &ssl_object, &direct, &server_side, &hostname, &timeout, &strict,
                          &address, &c[0], &c[1], &c[2], &c[3], &c[4], &c[5]))
        return PyErr_Occurred() ? NULL : PN_TLS(pn_raise_arg_type("parts", "a tuple", parts));
    PnTLS *t = PyObject_GC_New(PnTLS, st->TLS);
    if (t == NULL)
        return NULL;
    memset((char *)t + offsetof(PnTLS, filter), 0, sizeof(*t) - offsetof(PnTLS, filter));
    t->st = st;
    t->ssl_object = Py_NewRef(ssl_object);
    t->hostname = hostname != Py_None ? Py_NewRef(hostname) : NULL;
    t->timeout = timeout;
    t->strict_end = strict != 0;
    t->direct = direct != 0;
    t->asks_name = server_side != 0;
    for (size_t i = 0; i < PN_TLS_CALLS; i++)
        t->calls[i] = Py_NewRef(c[i]);
    t->whole = PN_TLS_UNKNOWN; /* the handshake takes some */
    pn_chunkq_init(&t->out);
    pn_chunkq_init(&t->stash);
    pn_chunkq_init(&t->plain);
    pn_chunkq_init(&t->hello);
    pn_loop_timer_init(&t->timer, NULL, false);
    PyObject_GC_Track(t);
    pn_tls_find_connection(t, address);
    return t;
}

/* --- the type --- */

static int
tls_traverse(PyObject *op, visitproc visit, void *arg)
{
    PnTLS *t = PN_TLS(op);
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(t->ssl_object);
    for (size_t i = 0; i < PN_TLS_CALLS; i++)
        Py_VISIT(t->calls[i]);
    return 0;
}

static int
tls_clear(PyObject *op)
{
    PnTLS *t = PN_TLS(op);
    pn_tls_bio_end(t);
    t->ssl = NULL; /* which the calls keep alive */
    Py_CLEAR(t->ssl_object);
    for (size_t i = 0; i < PN_TLS_CALLS; i++)
        Py_CLEAR(t->calls[i]);
    return 0;
}

static void
tls_dealloc(PyObject *op)
{
    PnTLS *t = PN_TLS(op);
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    pn_tls_leave_queue(t);
    if (t->st->loop != NULL && pn_timer_armed(&t->timer.t))
        pn_loop_disarm(t->st->loop, &t->timer);
    (void)tls_clear(op);
    Py_CLEAR(t->hostname);
    pn_chunkq_clear(&t->out);
    pn_chunkq_clear(&t->stash);
    pn_chunkq_clear(&t->plain);
    pn_chunkq_clear(&t->hello);
    type->tp_free(op);
    Py_DECREF(type);
}

static PyType_Slot tls_slots[] = {
    {Py_tp_traverse, tls_traverse},
    {Py_tp_clear, tls_clear},
    {Py_tp_dealloc, tls_dealloc},
    {Py_bf_getbuffer, pn_tls_get_buffer},
    {0, NULL},
};

PyType_Spec pn_tls_spec = {
    .name = "pynet._TLS",
    .basicsize = sizeof(PnTLS),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = tls_slots,
};
