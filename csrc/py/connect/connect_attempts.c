/* connect_attempts.c - the attempts of connect(): one address, several in a row or in a race (happy eyeballs), a
 * unix path. Here a refused address starts the next attempt, and the block list refuses an address (ERR_IP_BLOCKED).
 *
 * Owns: the streams in c->ios, each of which holds a reference to the socket, as s->d.io does. With several
 *       addresses s->d.io is the handle of the newest attempt, also after that attempt has failed. */
#include <string.h>

#include "py/address/blocklist_rules.h"
#include "py/connect/connect.h"
#include "py/stream/duplex.h"
#include "uvio/bind.h"
#include "uvio/sockaddr.h"

/* --- errors --- */

static PyObject *
blocked_error(PnSocket *s, const struct pn_addr *addr)
{
    char text[PN_ADDR_TEXT + 24];
    (void)pn_addr_format_scoped(addr, text, sizeof(text));
    return pn_net_error(s->d.em.st, "ERR_IP_BLOCKED", "IP(%s) is blocked by net.BlockList", text);
}

/* The unspecified address reaches this machine: at `local`, the address that the socket is bound to, or at the
 * loopback. It is blocked if one of these is. */
static bool
is_blocked(const PnSocket *s, const struct pn_addr *addr)
{
    PyObject *list = s->extras != NULL ? s->extras->block_list : NULL;
    if (list == NULL || pn_blocklist_blocks(list, addr))
        return list != NULL;
    if (!pn_addr_is_unspecified(addr))
        return false;
    const struct pn_addr loopback = pn_addr_loopback(addr), *local = &s->connect->local;
    return pn_blocklist_blocks(list, &loopback) || (local->family != 0 && pn_blocklist_blocks(list, local));
}

/* Binds s->d.io to the options local_address and local_port for a connection to `to`; puts the address into `at`. 0,
 * or a status. */
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
    return fd < 0 ? status : pn_stream_take_fd(s->d.io, fd);
}

static PyObject *
bind_error(PnSocket *s, int status, const struct pn_addr *at)
{
    struct pn_where where = {.syscall = "bind", .addr = at};
    return pn_uv_error(s->d.em.st, status, &where);
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
    if (!at_once && pn_connect_still(s, id)) { /* as Node: no event if connect(2) fails at once */
        s->failing = 1;                        /* as Node: `connecting` is False while this event is emitted */
        pn_connect_emit_attempt(s, s->d.em.st->names.connectionAttemptFailed, 0, error);
        s->failing = 0;
    }
    if (pn_connect_still(s, id))
        pn_duplex_destroy(&s->d, error);
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
    pn_connect_emit_attempt(s, s->d.em.st->names.connectionAttempt, 0, NULL);
    if (!pn_connect_still(s, id) || s->d.io == NULL)
        return;
    if (is_blocked(s, &to)) {
        pn_connect_fail(s, id, blocked_error(s, &to));
        return;
    }
    status = pn_socket_prepare(s, to.family == 6 ? AF_INET6 : AF_INET);
    if (status == 0)
        status = pn_stream_connect(s->d.io, &to);
    if (status != 0)
        single_failed(s, status, true);
}

/* --- several --- */

static size_t
index_of(const struct pn_connect *c, const struct pn_stream *io)
{
    for (size_t i = c->happy.next; i > 0; i--) {
        if (c->ios[i - 1] == io)
            return i - 1;
    }
    return PN_HAPPY_NONE;
}

/* Opens a new handle for the next attempt; the previous attempt continues if it is in progress. 0, or -1 with an
 * exception. */
static int
next_handle(PnSocket *s)
{
    struct pn_connect *c = s->connect;
    if (c->index == 0)
        return 0;
    if (s->d.io != NULL && index_of(c, s->d.io) != PN_HAPPY_NONE)
        s->d.io = NULL;
    else
        pn_socket_close_handle_silently(s);
    return pn_socket_open_handle(s, PN_STREAM_TCP);
}

/* Stores the error of one address (stolen; NULL: fails with the exception that is set). `emit`: emits
 * connectionAttemptFailed as well. */
static void
note_error(PnSocket *s, uint64_t id, size_t index, PyObject *error, bool emit)
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
    if (emit && pn_connect_still(s, id))
        pn_connect_emit_attempt(s, s->d.em.st->names.connectionAttemptFailed, index, error);
    Py_DECREF(error);
}

/* The list behind auto_select_family_attempted_addresses. New reference; NULL if there is none. */
static PyObject *
attempted(PnSocket *s)
{
    return s->extras != NULL ? Py_XNewRef(s->extras->attempted) : NULL;
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

/* Moves the address that has connected to the end of the list. */
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

/* Starts the next attempt. If it fails at once, emits that too, except for a failed bind(2). */
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
    PyObject *list = attempted(s); /* a listener may call connect() again, which makes another list */
    pn_connect_emit_attempt(s, s->d.em.st->names.connectionAttempt, index, NULL);
    if (note_attempted(list, &to) < 0)
        PyErr_Clear();
    Py_XDECREF(list);
    if (!pn_connect_still(s, id) || s->d.io == NULL)
        return;
    status = pn_socket_prepare(s, to.family == 6 ? AF_INET6 : AF_INET);
    if (status == 0)
        status = pn_stream_connect(s->d.io, &to);
    if (status == 0) {
        c->ios[index] = s->d.io;
        return;
    }
    pn_happy_failed(&c->happy, index);
    note_error(s, id, index, pn_connect_error(s, index, status, true), true);
}

/* Every address has failed: destroys the socket with an AggregateError. */
static void
give_up(PnSocket *s)
{
    uint64_t id = s->connect->id;
    PyObject *errors = Py_NewRef(s->connect->errors);
    PyObject *error = PyList_GET_SIZE(errors) > 0 ? pn_aggregate_error(s->d.em.st, errors) : PyErr_NoMemory();
    Py_DECREF(errors);
    pn_connect_fail(s, id, error);
}

/* Follows the state machine (core/happy_eyeballs.h) until it has to wait, or all attempts have failed. */
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
                pn_loop_disarm(s->d.em.st->loop, &c->timer);
            }
            else if (pn_loop_arm(s->d.em.st->loop, &c->timer, c->happy.deadline) != 0) {
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
            c->ios[index] = NULL; /* it stays s->d.io until the next attempt replaces it */
        pn_connect_emit_attempt(s, s->d.em.st->names.connectionAttemptTimeout, index, NULL);
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
    PnState *st = s->d.em.st;
    if (st->closed)
        return;
    unsigned scope = pn_callback_scope_open(st);
    Py_INCREF(s);
    time_up(s);
    pn_callback_scope_close(st, scope);
    Py_DECREF(s);
}

static void
attempt_done(PnSocket *s, struct pn_stream *io, int status)
{
    struct pn_connect *c = s->connect;
    uint64_t id = c->id;
    size_t index = index_of(c, io);
    if (index == PN_HAPPY_NONE)
        return; /* its time was up, in a serial run */
    c->ios[index] = NULL;
    if (status == 0) {
        struct pn_addr won = c->addrs[index];
        if (s->d.io != io) {
            if (s->d.io != NULL && index_of(c, s->d.io) == PN_HAPPY_NONE)
                pn_connect_drop_stream(s, s->d.io);
            s->d.io = io;
            pn_stream_ref(io, !s->unref); /* ref() and unref() reach the newest attempt only */
        }
        pn_connect_drop_others(s, c);
        list_winner_last(s, &won);
        if (pn_connect_still(s, id))
            pn_connected(s);
        return;
    }
    pn_happy_failed(&c->happy, index);
    if (s->d.io != io)
        pn_connect_drop_stream(s, io);
    note_error(s, id, index, pn_connect_error(s, index, status, false), true);
    if (pn_connect_still(s, id))
        advance(s);
}

/* --- a unix server whose queue is full --- */

#define FIRST_PAUSE ((uint64_t)1000000)
#define LAST_PAUSE  ((uint64_t)100000000)

static void
on_path_timer(struct pn_loop_timer *t)
{
    struct pn_connect *c = (struct pn_connect *)(void *)((char *)t - offsetof(struct pn_connect, timer));
    PnSocket *s = c->socket;
    if (!s->d.em.st->closed && s->d.io != NULL && !pn_is_dying(s))
        (void)pn_stream_connect_path(s->d.io, PyBytes_AS_STRING(c->path), (size_t)PyBytes_GET_SIZE(c->path));
}

/* Linux does not report when the queue has room: tries again later, at growing intervals, if connect_timeout ends that.
 * False: it has failed. */
static bool
try_path_later(PnSocket *s, int status)
{
    struct pn_connect *c = s->connect;
    if (status != UV_EAGAIN || c->path == NULL || !pn_timer_armed(&c->limit.t))
        return false;
    c->pause = c->pause == 0 ? FIRST_PAUSE : c->pause * 2 < LAST_PAUSE ? c->pause * 2 : LAST_PAUSE;
    pn_loop_timer_init(&c->timer, on_path_timer, false);
    return pn_loop_arm(s->d.em.st->loop, &c->timer, uv_hrtime() + c->pause) == 0;
}

/* --- both --- */

void
pn_connect_done(PnSocket *s, struct pn_stream *io, int status)
{
    struct pn_connect *c = s->connect;
    if (c == NULL || (status != 0 && s->d.em.st->closed))
        return;
    if (c->ios != NULL)
        attempt_done(s, io, status);
    else if (s->d.io != io)
        return;
    else if (status == 0)
        pn_connected(s);
    else if (!try_path_later(s, status))
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
    struct pn_socket_extras *extras = pn_extras_of(s);
    PyObject *list = extras != NULL ? PyList_New(0) : NULL;
    if (s->connect != c) { /* re-entered: a garbage collection has run code that ended this connect() */
        Py_XDECREF(list);
        PyErr_Clear();
        return;
    }
    c->ios = PyMem_RawCalloc(c->count, sizeof(struct pn_stream *));
    if (list == NULL || c->ios == NULL) {
        Py_XDECREF(list);
        PyErr_NoMemory();
        pn_duplex_destroy_steal(&s->d, NULL);
        return;
    }
    PyObject *old = extras->attempted;
    extras->attempted = list;
    pn_happy_init(&c->happy, c->count, c->attempt_delay, c->race);
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
        pn_connect_emit_attempt(s, st->names.connectionAttempt, 0, NULL);
}

int
pn_connect_try_path(PnSocket *s)
{
    PnState *st = s->d.em.st;
    struct pn_connect *c = s->connect;
    uint64_t id = c->id;
    c->count = 1;
    if (pn_in_callback(st))
        pn_connect_emit_attempt(s, st->names.connectionAttempt, 0, NULL);
    else if (pn_tick(st, path_attempt_tick, (PyObject *)s, (void *)(uintptr_t)id) < 0)
        return -1;
    if (!pn_connect_still(s, id) || s->d.io == NULL)
        return 0;
    int status = pn_socket_prepare(s, AF_UNIX);
    if (status != 0)
        single_failed(s, status, true);
    else
        (void)pn_stream_connect_path(s->d.io, PyBytes_AS_STRING(c->path), (size_t)PyBytes_GET_SIZE(c->path));
    return 0;
}
