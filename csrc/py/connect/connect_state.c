/* connect_state.c - struct pn_connect, the state of a connect() in progress, and how it ends: emits `connect` and
 * `ready`, fails with an error, or is cancelled by destroy(). */
#include "py/address/address_info.h"
#include "py/base/args.h"
#include "py/connect/connect.h"
#include "py/events/emitter.h"
#include "py/stream/duplex.h"

/* --- the state --- */

void
pn_connect_asked_no_more(struct pn_connect *c)
{
    struct pn_loop *loop = c->socket->d.em.st->loop;
    if (!c->asked)
        return;
    c->asked = false;
    loop->asked--;
    pn_loop_wake(loop);
}

void
pn_connect_drop_stream(PnSocket *s, struct pn_stream *io)
{
    io->owner = NULL;
    pn_stream_close(io);
    Py_DECREF(s);
}

void
pn_connect_drop_others(PnSocket *s, struct pn_connect *c)
{
    for (size_t i = 0; c->ios != NULL && i < c->happy.next; i++) {
        struct pn_stream *io = c->ios[i];
        c->ios[i] = NULL;
        if (io != NULL && io != s->d.io)
            pn_connect_drop_stream(s, io);
    }
}

PyObject *
pn_connect_target(const struct pn_connect *c)
{
    if (c->path == NULL)
        return PyUnicode_FromFormat("%U:%d", c->host, (int)c->port);
    PyObject *path = pn_path_text(c->path);
    PyObject *text = path != NULL ? PyObject_Repr(path) : NULL;
    Py_XDECREF(path);
    return text;
}

PyObject *
pn_connect_first_target(PnState *st)
{
    return st->connecting != NULL ? pn_connect_target(st->connecting) : NULL;
}

void
pn_connect_free_state(struct pn_connect *c)
{
    PnSocket *s = c->socket;
    PnState *st = s->d.em.st;
    if (s->d.em.generation == st->generation) {
        *c->link = c->next;
        if (c->next != NULL)
            c->next->link = c->link;
        if (c->lookup != NULL)
            pn_lookup_cancel(c->lookup);
        pn_connect_asked_no_more(c);
        pn_connect_drop_others(s, c);
        pn_loop_disarm(st->loop, &c->timer);
        pn_loop_disarm(st->loop, &c->limit);
    }
    Py_XDECREF(c->host);
    Py_XDECREF(c->path);
    Py_XDECREF(c->errors);
    PyMem_RawFree(c->addrs);
    PyMem_RawFree(c->ios);
    PyMem_RawFree(c);
}

void
pn_connect_free(PnSocket *s)
{
    struct pn_connect *c = s->connect;
    s->connect = NULL;
    if (c != NULL)
        pn_connect_free_state(c);
}

int
pn_connect_traverse(PnSocket *s, visitproc visit, void *arg)
{
    if (s->connect != NULL)
        Py_VISIT(s->connect->errors);
    return 0;
}

/* --- events and errors --- */

PyObject *
pn_attempt_args(PnSocket *s, size_t index, PyObject *error)
{
    struct pn_connect *c = s->connect;
    if (c->path != NULL) {
        PyObject *text = pn_path_text(c->path);
        return error != NULL ? Py_BuildValue("(NOOO)", text, Py_None, Py_None, error)
                             : Py_BuildValue("(NOO)", text, Py_None, Py_None);
    }
    struct pn_addr addr = c->addrs[index]; /* a copy: making objects may run a garbage collection that frees `c` */
    PyObject *text = pn_address_text_scoped(&addr);
    return error != NULL ? Py_BuildValue("(NiiO)", text, (int)addr.port, (int)addr.family, error)
                         : Py_BuildValue("(Nii)", text, (int)addr.port, (int)addr.family);
}

void
pn_connect_emit_attempt(PnSocket *s, PyObject *name, size_t index, PyObject *error)
{
    if (pn_has_listeners(&s->d.em, name))
        pn_emit_args(&s->d.em, name, pn_attempt_args(s, index, error));
}

PyObject *
pn_connect_error(PnSocket *s, size_t index, int status, bool with_local)
{
    struct pn_connect *c = s->connect;
    struct pn_where where = {.syscall = "connect"};
    struct pn_addr bound, here, to;
    char details[PN_ADDR_TEXT + 32];
    if (c->path != NULL) {
        where.path = pn_path_text(c->path);
        if (where.path == NULL)
            return NULL;
    }
    else {
        to = c->addrs[index]; /* a copy: making an error may run a garbage collection that frees `c` */
        where.addr = &to;
        if (c->local.family != 0 && c->local_port != 0) {
            bound = c->local;
            bound.port = c->local_port;
            where.local = &bound;
        }
        else if (with_local && s->d.io != NULL && pn_stream_local(s->d.io, &here)) {
            char text[PN_ADDR_TEXT];
            (void)pn_addr_format(&here, text);
            PyOS_snprintf(details, sizeof(details), "%s:%d", text, (int)here.port);
            where.details = details;
        }
    }
    PyObject *error = pn_uv_error(s->d.em.st, status, &where);
    Py_XDECREF(where.path);
    return error;
}

/* --- its end --- */

void
pn_connected(PnSocket *s)
{
    PnState *st = s->d.em.st;
    pn_connect_free(s);
    st->counters.connect_ok++;
    s->d.connecting = 0;
    s->d.connected = s->d.was_connected = 1;
    s->d.can_send = !s->d.ending && s->d.corked == 0;
    s->d.bytes_read = 0;
    pn_socket_set_wire_options(s);
    pn_idle_touch(&s->d);
    if (st->closed) {
        pn_early_forget(&s->d);
        pn_writable_flush(&s->d);
        return;
    }
    pn_connect_start_tls(s);
    s->begins = 1;
    int status = pn_emit_cycle(&s->d.em, PN_CYCLE_CONNECT, NULL);
    if (status < 0 || s->d.em.generation != st->generation) {
        s->begins = 0;
        return; /* a listener raised: as Node, no `ready`, and reading never starts; or this is a forked child */
    }
    if (s->d.io != NULL && s->d.connected)
        pn_writable_connected(&s->d);
    (void)pn_emit_cycle(&s->d.em, PN_CYCLE_READY, NULL);
    s->begins = 0;
    pn_readable_connected(&s->d);
}

void
pn_connect_fail(PnSocket *s, uint64_t id, PyObject *error)
{
    if (error == NULL)
        error = pn_take_exception();
    if (error == NULL) { /* out of memory: no exception was kept */
        PyErr_NoMemory();
        error = pn_take_exception();
    }
    if (pn_connect_still(s, id))
        pn_duplex_destroy(&s->d, error);
    Py_XDECREF(error);
}

/* `self` is (socket, id, error). */
static void
fail_tick(PnState *st, PyObject *self, void *arg)
{
    PnSocket *s = PN_SOCKET(PyTuple_GET_ITEM(self, 0));
    (void)st;
    (void)arg;
    if (pn_connect_still(s, PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(self, 1))))
        pn_duplex_destroy(&s->d, PyTuple_GET_ITEM(self, 2));
}

void
pn_connect_fail_soon(PnSocket *s, PyObject *error)
{
    uint64_t id = s->connect->id;
    if (error == NULL)
        error = pn_take_exception();
    PyObject *all = error != NULL ? Py_BuildValue("(OKO)", s, (unsigned long long)id, error) : NULL;
    if (all == NULL || pn_tick(s->d.em.st, fail_tick, all, NULL) < 0) {
        PyErr_WriteUnraisable((PyObject *)s);
        pn_connect_fail(s, id, Py_XNewRef(error)); /* at once: without the tick, this connect() would never end */
    }
    Py_XDECREF(all);
    Py_XDECREF(error);
}

PyObject *
pn_connect_cancel(PnSocket *s)
{
    struct pn_connect *c = s->connect;
    PyObject *attempts = NULL;
    /* As Node: emitted only if there are several addresses. */
    if (c != NULL && c->ios != NULL && !s->d.em.st->closed &&
        pn_has_listeners(&s->d.em, s->d.em.st->names.connectionAttemptFailed)) {
        attempts = PyList_New(0);
        for (size_t i = 0; attempts != NULL && s->connect == c && i < c->happy.next; i++) {
            PyObject *error = c->ios[i] != NULL ? pn_connect_error(s, i, UV_ECANCELED, false) : NULL;
            PyObject *args = error != NULL && s->connect == c ? pn_attempt_args(s, i, error) : NULL;
            if (args != NULL)
                (void)PyList_Append(attempts, args);
            Py_XDECREF(args);
            Py_XDECREF(error);
        }
        PyErr_Clear();
    }
    PyObject *both = attempts != NULL ? PyTuple_Pack(2, (PyObject *)s, attempts) : NULL;
    Py_XDECREF(attempts);
    PyErr_Clear();
    pn_connect_free(s);
    return both;
}
