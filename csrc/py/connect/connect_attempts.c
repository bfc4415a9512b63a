/* connect_attempts.c - trying to connect: one address, several in a row or in a race, a unix path.
 *
 * Owns: the streams in c->ios, each of which holds a reference to the socket, as s->io does. With several addresses s->io
 *       is the newest attempt's, or what is left of it. */
#include <string.h>

#include "uvio/bind.h"
#include "uvio/sockaddr.h"
#include "py/base/args.h"
#include "py/address/blocklist_rules.h"
#include "py/connect/connect.h"
#include "py/base/errors.h"

/* --- events --- */

PyObject *
pn_address_text_scoped(const struct pn_addr *addr)
{
    char text[PN_ADDR_TEXT + 24];
    (void)pn_addr_format_scoped(addr, text, sizeof(text));
    return PyUnicode_FromString(text);
}

PyObject *
pn_attempt_args(PnSocket *s, size_t index, PyObject *error)
{
    struct pn_connect *c = s->connect;
    if (c->path != NULL) {
        PyObject *text = pn_path_text(c->path);
        return error != NULL ? Py_BuildValue("(NOOO)", text, Py_None, Py_None, error)
                             : Py_BuildValue("(NOO)", text, Py_None, Py_None);
    }
    struct pn_addr addr = c->addrs[index]; /* making objects may collect garbage, and `c` be gone */
    PyObject *text = pn_address_text_scoped(&addr);
    return error != NULL ? Py_BuildValue("(NiiO)", text, (int)addr.port, (int)addr.family, error)
                         : Py_BuildValue("(Nii)", text, (int)addr.port, (int)addr.family);
}

void
pn_emit_tuple(PnSocket *s, PyObject *name, PyObject *args)
{
    PyObject *stack[6] = {NULL};
    if (args == NULL) {
        PyErr_WriteUnraisable((PyObject *)s);
        return;
    }
    size_t n = (size_t)PyTuple_GET_SIZE(args);
    for (size_t i = 0; i < n; i++)
        stack[i + 1] = PyTuple_GET_ITEM(args, (Py_ssize_t)i);
    (void)pn_emit_loop(&s->em, name, stack + 1, n, NULL);
    Py_DECREF(args);
}

static void
emit_attempt(PnSocket *s, PyObject *name, size_t index, PyObject *error)
{
    if (pn_has_listeners(&s->em, name))
        pn_emit_tuple(s, name, pn_attempt_args(s, index, error));
}

/* --- errors --- */

PyObject *
pn_connect_error(PnSocket *s, size_t index, int status, bool with_local)
{
    struct pn_connect *c = s->connect;
    struct pn_where where = {.syscall = "connect"};
    struct pn_addr bound, here, to;
    char details[PN_ADDR_TEXT + 32];
    if (c->path != NULL) {
        where.path = pn_path_text(c->path);
    }
    else {
        to = c->addrs[index]; /* making an error may collect garbage, and `c` be gone */
        where.addr = &to;
        if (c->local.family != 0 && c->local_port != 0) {
            bound = c->local;
            bound.port = c->local_port;
            where.local = &bound;
        }
        else if (with_local && s->io != NULL && pn_stream_local(s->io, &here)) {
            char text[PN_ADDR_TEXT];
            (void)pn_addr_format(&here, text);
            PyOS_snprintf(details, sizeof(details), "%s:%d", text, (int)here.port);
            where.details = details;
        }
    }
    PyObject *error = pn_uv_error(s->em.st, status, &where);
    Py_XDECREF(where.path);
    return error;
}

static PyObject *
blocked_error(PnSocket *s, const struct pn_addr *addr)
{
    char text[PN_ADDR_TEXT + 24];
    (void)pn_addr_format_scoped(addr, text, sizeof(text));
    return pn_net_error(s->em.st, "ERR_IP_BLOCKED", "IP(%s) is blocked by net.BlockList", text);
}

static bool
is_blocked(const PnSocket *s, const struct pn_addr *addr)
{
    return s->rare != NULL && s->rare->block_list != NULL && pn_blocklist_blocks(s->rare->block_list, addr);
}

/* Binds s->io as the user wants it for a connection to `to`, which is put into `at`. 0, or a status. */
static int
bind_local(PnSocket *s, const struct pn_addr *to, struct pn_addr *at)
{
    struct pn_connect *c = s->connect;
    int status;
    *at = c->local;
    if (at->family == 0)
        *at = (struct pn_addr){.family = to->family};
    at->port = c->local_port;
    if (at->family != to->family)
        return UV_EINVAL;
    int fd = pn_bind_tcp(at, 0, &status);
    return fd < 0 ? status : pn_stream_take_fd(s->io, fd);
}

static PyObject *
bind_error(PnSocket *s, int status, const struct pn_addr *at)
{
    struct pn_where where = {.syscall = "bind", .addr = at};
    return pn_uv_error(s->em.st, status, &where);
}

static bool
wants_bind(const struct pn_connect *c)
{
    return c->local.family != 0 || c->local_port != 0;
}

/* --- one address --- */

static void
single_failed(PnSocket *s, int status, bool at_once)
{
    uint64_t id = s->connect->id;
    PyObject *error = pn_connect_error(s, 0, status, at_once);
    if (error == NULL) {
        pn_connect_fail(s, id, NULL);
        return;
    }
    if (!at_once && pn_connect_still(s, id)) { /* as Node: not of what connect(2) refuses */
        s->failing = 1;                        /* Node: not connecting any more, while this event is told */
        emit_attempt(s, s->em.st->names.connectionAttemptFailed, 0, error);
        s->failing = 0;
    }
    if (pn_connect_still(s, id))
        pn_socket_destroy(s, error);
    Py_DECREF(error);
}

static void
try_single(PnSocket *s)
{
    struct pn_connect *c = s->connect;
    uint64_t id = c->id;
    struct pn_addr to = c->addrs[0], at;
    int status = wants_bind(c) ? bind_local(s, &to, &at) : 0;
    if (status != 0) {
        pn_connect_fail(s, id, bind_error(s, status, &at));
        return;
    }
    emit_attempt(s, s->em.st->names.connectionAttempt, 0, NULL);
    if (!pn_connect_still(s, id) || s->io == NULL)
        return;
    if (is_blocked(s, &to)) {
        pn_connect_fail(s, id, blocked_error(s, &to));
        return;
    }
    status = pn_stream_connect(s->io, &to);
    if (status != 0)
        single_failed(s, status, true);
}

/* --- several --- */

static void
drop_stream(PnSocket *s, struct pn_stream *io)
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
        if (io != NULL && io != s->io)
            drop_stream(s, io);
    }
}

static size_t
index_of(const struct pn_connect *c, const struct pn_stream *io)
{
    for (size_t i = c->happy.next; i > 0; i--) {
        if (c->ios[i - 1] == io)
            return i - 1;
    }
    return PN_HAPPY_NONE;
}

/* A fresh handle for the next attempt; the one before goes on if it is under way. 0, or -1 with an exception. */
static int
next_handle(PnSocket *s)
{
    struct pn_connect *c = s->connect;
    if (c->index == 0)
        return 0;
    if (s->io != NULL && index_of(c, s->io) != PN_HAPPY_NONE)
        s->io = NULL;
    else
        pn_socket_drop_handle(s);
    return pn_socket_open_handle(s, PN_STREAM_TCP);
}

/* Takes an error (stolen; NULL: the exception that is set) for one address. `tell`: with connectionAttemptFailed. */
static void
note_error(PnSocket *s, uint64_t id, size_t index, PyObject *error, bool tell)
{
    if (error == NULL) {
        pn_connect_fail(s, id, NULL);
        return;
    }
    if (pn_connect_still(s, id)) {
        PyObject *errors = Py_NewRef(s->connect->errors);
        if (PyList_Append(errors, error) < 0)
            PyErr_Clear();
        Py_DECREF(errors);
    }
    if (tell && pn_connect_still(s, id))
        emit_attempt(s, s->em.st->names.connectionAttemptFailed, index, error);
    Py_DECREF(error);
}

/* The list of them, NULL when there is none. New reference. */
static PyObject *
attempted(PnSocket *s)
{
    return s->rare != NULL ? Py_XNewRef(s->rare->attempted) : NULL;
}

static int
note_attempted(PyObject *list, const struct pn_addr *addr)
{
    char text[PN_ADDR_TEXT + 24];
    if (list == NULL)
        return 0;
    (void)pn_addr_format_scoped(addr, text, sizeof(text));
    PyObject *item = PyUnicode_FromFormat("%s:%d", text, (int)addr->port);
    int status = item != NULL ? PyList_Append(list, item) : -1;
    Py_XDECREF(item);
    return status;
}

/* The address that won is listed last. */
static void
list_winner_last(PnSocket *s, const struct pn_addr *addr)
{
    PyObject *list = attempted(s);
    Py_ssize_t before = list != NULL ? PyList_GET_SIZE(list) : 0;
    if (before == 0 || note_attempted(list, addr) < 0) {
        PyErr_Clear();
        Py_XDECREF(list);
        return;
    }
    PyObject *won = PyList_GET_ITEM(list, PyList_GET_SIZE(list) - 1);
    for (Py_ssize_t i = 0; i < before; i++) {
        if (PyUnicode_Compare(PyList_GET_ITEM(list, i), won) == 0) {
            (void)PyList_SetSlice(list, i, i + 1, NULL);
            break;
        }
    }
    Py_DECREF(list);
}

/* The next attempt begins; what fails at once is told. */
static void
start_next(PnSocket *s)
{
    struct pn_connect *c = s->connect;
    uint64_t id = c->id;
    size_t index = c->index = pn_happy_start(&c->happy, uv_hrtime());
    struct pn_addr to = c->addrs[index], at;
    if (next_handle(s) < 0) {
        pn_connect_fail(s, id, NULL);
        return;
    }
    int status = wants_bind(c) ? bind_local(s, &to, &at) : 0;
    if (status != 0) {
        pn_happy_failed(&c->happy, index);
        note_error(s, id, index, bind_error(s, status, &at), false);
        return;
    }
    if (is_blocked(s, &to)) {
        pn_happy_failed(&c->happy, index);
        note_error(s, id, index, blocked_error(s, &to), true);
        return;
    }
    PyObject *list = attempted(s); /* a listener may start another connect, which has its own */
    emit_attempt(s, s->em.st->names.connectionAttempt, index, NULL);
    if (note_attempted(list, &to) < 0)
        PyErr_Clear();
    Py_XDECREF(list);
    if (!pn_connect_still(s, id) || s->io == NULL)
        return;
    status = pn_stream_connect(s->io, &to);
    if (status == 0) {
        c->ios[index] = s->io;
        return;
    }
    pn_happy_failed(&c->happy, index);
    note_error(s, id, index, pn_connect_error(s, index, status, true), true);
}

/* Every address failed. */
static void
give_up(PnSocket *s)
{
    uint64_t id = s->connect->id;
    PyObject *errors = Py_NewRef(s->connect->errors);
    PyObject *error = PyList_GET_SIZE(errors) > 0 ? pn_aggregate_error(s->em.st, errors) : PyErr_NoMemory();
    Py_DECREF(errors);
    pn_connect_fail(s, id, error);
}

/* Does what the state machine says until there is something to wait for. */
static void
advance(PnSocket *s)
{
    uint64_t id = s->connect->id;
    while (pn_connect_still(s, id)) {
        struct pn_connect *c = s->connect;
        switch (pn_happy_step(&c->happy)) {
        case PN_HAPPY_START:
            start_next(s);
            break;
        case PN_HAPPY_WAIT:
            if (c->happy.deadline == PN_HAPPY_NEVER) {
                pn_loop_disarm(s->em.st->loop, &c->timer);
            }
            else if (pn_loop_arm(s->em.st->loop, &c->timer, c->happy.deadline) != 0) {
                PyErr_NoMemory();
                pn_connect_fail(s, id, NULL);
            }
            return;
        case PN_HAPPY_GIVE_UP:
            give_up(s);
            return;
        }
    }
}

static void
time_up(PnSocket *s)
{
    struct pn_connect *c = s->connect;
    uint64_t id = c->id;
    size_t index = pn_happy_time_up(&c->happy, uv_hrtime());
    if (index != PN_HAPPY_NONE) {
        if (!c->race)
            c->ios[index] = NULL; /* s->io still, until the next attempt takes its place */
        emit_attempt(s, s->em.st->names.connectionAttemptTimeout, index, NULL);
        if (pn_connect_still(s, id) && !c->race)
            note_error(s, id, index, pn_connect_error(s, index, UV_ETIMEDOUT, false), false);
    }
    if (pn_connect_still(s, id))
        advance(s);
}

static void
on_timer(struct pn_loop_timer *t)
{
    struct pn_connect *c = (struct pn_connect *)(void *)((char *)t - offsetof(struct pn_connect, timer));
    PnSocket *s = c->socket;
    PnState *st = s->em.st;
    if (st->closed)
        return;
    unsigned scope = pn_enter(st);
    Py_INCREF(s);
    time_up(s);
    pn_leave(st, scope);
    Py_DECREF(s);
}

static void
attempt_done(PnSocket *s, struct pn_stream *io, int status)
{
    struct pn_connect *c = s->connect;
    uint64_t id = c->id;
    size_t index = index_of(c, io);
    if (index == PN_HAPPY_NONE)
        return; /* given up */
    c->ios[index] = NULL;
    if (status == 0) {
        struct pn_addr won = c->addrs[index];
        if (s->io != io) {
            if (s->io != NULL && index_of(c, s->io) == PN_HAPPY_NONE)
                drop_stream(s, s->io);
            s->io = io;
            pn_stream_ref(io, !s->unref); /* it may have changed when another attempt was the newest */
        }
        pn_connect_drop_others(s, c);
        list_winner_last(s, &won);
        if (pn_connect_still(s, id))
            pn_connected(s);
        return;
    }
    pn_happy_failed(&c->happy, index);
    if (s->io != io)
        drop_stream(s, io);
    note_error(s, id, index, pn_connect_error(s, index, status, false), true);
    if (pn_connect_still(s, id))
        advance(s);
}

/* --- both --- */

void
pn_connect_done(PnSocket *s, struct pn_stream *io, int status)
{
    struct pn_connect *c = s->connect;
    if (c == NULL || (status != 0 && s->em.st->closed))
        return;
    if (c->ios != NULL)
        attempt_done(s, io, status);
    else if (s->io != io)
        return;
    else if (status == 0)
        pn_connected(s);
    else
        single_failed(s, status, false);
}

void
pn_connect_try(PnSocket *s)
{
    struct pn_connect *c = s->connect;
    if (c->count < 2) {
        try_single(s);
        return;
    }
    struct pn_rare *rare = pn_rare_of(s);
    PyObject *list = rare != NULL ? PyList_New(0) : NULL;
    if (s->connect != c) { /* a collection of garbage was faster */
        Py_XDECREF(list);
        PyErr_Clear();
        return;
    }
    c->ios = PyMem_RawCalloc(c->count, sizeof(struct pn_stream *));
    if (list == NULL || c->ios == NULL) {
        Py_XDECREF(list);
        PyErr_NoMemory();
        pn_socket_destroy_steal(s, NULL);
        return;
    }
    PyObject *old = rare->attempted;
    rare->attempted = list;
    pn_happy_init(&c->happy, c->count, c->patience, c->race);
    pn_loop_timer_init(&c->timer, on_timer, false);
    advance(s);
    Py_XDECREF(old);
}

/* --- unix sockets --- */

static void
path_attempt_tick(PnState *st, PyObject *self, void *arg)
{
    PnSocket *s = PN_SOCKET(self);
    if (pn_connect_still(s, (uint64_t)(uintptr_t)arg))
        emit_attempt(s, st->names.connectionAttempt, 0, NULL);
}

int
pn_connect_try_path(PnSocket *s)
{
    PnState *st = s->em.st;
    struct pn_connect *c = s->connect;
    uint64_t id = c->id;
    c->count = 1;
    if (pn_inside(st))
        emit_attempt(s, st->names.connectionAttempt, 0, NULL);
    else if (pn_tick(st, path_attempt_tick, (PyObject *)s, (void *)(uintptr_t)id) < 0)
        return -1;
    if (pn_connect_still(s, id) && s->io != NULL)
        (void)pn_stream_connect_path(s->io, PyBytes_AS_STRING(c->path), (size_t)PyBytes_GET_SIZE(c->path));
    return 0;
}
