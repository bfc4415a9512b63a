/* server_accept.c - what a server does with the connections that its listener gives it: refuses, drops, or emits them,
 * and keeps them for those who loop over it. */
#include <string.h>

#include "uvio/sockaddr.h"
#include "py/base/args.h"
#include "py/address/blocklist_rules.h"
#include "py/loop/driver.h"
#include "py/base/errors.h"
#include "py/server/server.h"
#include "py/socket/socket.h"

/* --- whether to accept --- */

void
pn_server_connection_listener(PnServer *s)
{
    if (!s->waits_for_listener)
        return;
    s->waits_for_listener = 0;
    if (s->listener != NULL)
        (void)pn_listener_start(s->listener);
}

/* Connections wait in the kernel until somebody listens, or a loop asks for the next one. */
static void
wait_for_listener(PnServer *s)
{
    if (pn_has_listeners(&s->em, s->em.st->names.connection))
        return;
    s->waits_for_listener = 1;
    if (s->listener != NULL)
        pn_listener_pause(s->listener);
}

/* Without an event, as in Node. A unix peer has no address. */
static bool
is_blocked(const PnServer *s, const struct pn_addr *peer)
{
    return s->block_list != NULL && peer->family != 0 && pn_blocklist_blocks(s->block_list, peer);
}

static bool
is_full(const PnServer *s)
{
    return s->max_connections != NULL && (double)s->connections >= s->max; /* false for NaN */
}

/* --- what is too much --- */

static int
set_item(PyObject *dict, const char *key, PyObject *value)
{
    int status = value != NULL ? PyDict_SetItemString(dict, key, value) : -1;
    Py_XDECREF(value);
    return status;
}

static int
set_end(PyObject *dict, const char *side, const struct pn_addr *addr)
{
    char key[32], text[PN_ADDR_TEXT + 24];
    (void)pn_addr_format_scoped(addr, text, sizeof(text));
    PyOS_snprintf(key, sizeof(key), "%sAddress", side);
    if (set_item(dict, key, PyUnicode_FromString(text)) < 0)
        return -1;
    PyOS_snprintf(key, sizeof(key), "%sPort", side);
    if (set_item(dict, key, PyLong_FromLong(addr->port)) < 0)
        return -1;
    PyOS_snprintf(key, sizeof(key), "%sFamily", side);
    return set_item(dict, key, PyUnicode_FromString(addr->family == 6 ? "IPv6" : "IPv4"));
}

/* The data of `drop`: both ends of the connection, None on a unix server. */
static PyObject *
drop_data(PnServer *s, struct pn_stream *io, const struct pn_addr *peer)
{
    struct pn_addr local;
    if (s->listener->kind != PN_STREAM_TCP)
        return Py_NewRef(Py_None);
    if (io == NULL || !pn_stream_local(io, &local))
        memset(&local, 0, sizeof(local));
    PyObject *dict = PyDict_New();
    if (dict != NULL && (set_end(dict, "local", &local) < 0 || set_end(dict, "remote", peer) < 0))
        Py_CLEAR(dict);
    return dict;
}

static void
drop(PnServer *s, int fd, const struct pn_addr *peer)
{
    static const struct pn_stream_events nobody = {0};
    int status;
    struct pn_stream *io = pn_stream_open(s->em.st->loop, s->listener->kind, fd, &nobody, NULL, &status);
    PyObject *data = drop_data(s, io, peer);
    if (io != NULL)
        pn_stream_close(io);
    if (data != NULL)
        (void)pn_emit1(&s->em, s->em.st->names.drop, data);
    else
        PyErr_WriteUnraisable((PyObject *)s);
    Py_XDECREF(data);
}

/* --- accepting --- */

/* For the loops over the server; a `connection` listener may have refused it, or ended them. One at a time: the next one
 * is accepted when a loop has found nothing, so that nearly nothing is lost when it is left. */
static void
keep_for_loops(PnServer *s, PnSocket *sock)
{
    if (s->loops == 0 || sock->destroyed)
        return;
    sock->em.outside = true; /* it is used there: an error may wait for its listener */
    if (s->backlog_of_loops == NULL || PyList_Append(s->backlog_of_loops, (PyObject *)sock) < 0) {
        pn_socket_destroy_steal(sock, NULL);
        return;
    }
    wait_for_listener(s);
    (void)pn_emit0(&s->em, s->em.st->server_changed);
}

static void
accept_connection(PnServer *s, int fd, const struct pn_addr *peer)
{
    s->connections++; /* first: a close() while it is made has to wait for it */
    PnSocket *sock = pn_socket_accept(s, s->listener->kind, fd, peer);
    if (sock == NULL) {
        PyErr_WriteUnraisable((PyObject *)s);
        s->connections--;
        if (s->listener == NULL)
            pn_server_close_quietly(s);
        return;
    }
    if (s->no_delay) {
        sock->no_delay = 1;
        (void)pn_stream_set_no_delay(sock->io, true);
    }
    if (s->keep_alive) {
        sock->keep_alive = 1;
        sock->keep_alive_delay = s->keep_alive_delay;
        (void)pn_stream_set_keep_alive(sock->io, true, s->keep_alive_delay);
    }
    if (s->pause_on_connect) {
        sock->flowing = PN_FLOWING_FALSE;
        sock->paused = 1;
    }
    else {
        pn_readable_poll(sock);
    }
    PyObject *stack[2] = {NULL, (PyObject *)sock};
    (void)pn_emit_loop(&s->em, s->em.st->names.connection, stack + 1, 1, sock);
    if (s->em.generation == s->em.st->generation)
        keep_for_loops(s, sock);
    Py_DECREF(sock);
}

bool
pn_server_accepted(struct pn_listener *l, int fd, const struct pn_addr *peer)
{
    PnServer *s = l->owner;
    PnState *st = s->em.st;
    if (st->closed) {
        pn_listener_refuse(fd);
        return false;
    }
    unsigned scope = pn_enter(st);
    unsigned generation = st->generation;
    Py_INCREF(s);
    if (is_full(s))
        drop(s, fd, peer);
    else if (is_blocked(s, peer))
        pn_listener_refuse(fd);
    else
        accept_connection(s, fd, peer);
    pn_leave(st, scope);
    Py_DECREF(s);
    return st->generation == generation;
}

void
pn_server_accept_failed(struct pn_listener *l, int status)
{
    PnServer *s = l->owner;
    struct pn_where where = {.syscall = "accept"};
    if (s->em.st->closed)
        return;
    unsigned scope = pn_enter(s->em.st);
    pn_server_failed(s, pn_uv_error(s->em.st, status, &where));
    pn_leave(s->em.st, scope);
}

/* --- loops over a server --- */

/* The server, or NULL with an exception. */
static PnServer *
check_server(PyObject *module, PyObject *op)
{
    if (PyObject_TypeCheck(op, pn_state_of_module(module)->Server))
        return pn_check_alive(PN_EMITTER(op)) < 0 ? NULL : PN_SERVER(op);
    pn_raise_arg_type("server", "a Server", op);
    return NULL;
}

/* _loop_begin(server): from now on connections are kept for _loop_take(). */
PyObject *
pn_server_loop_begin(PyObject *module, PyObject *op)
{
    PyObject *list = PyList_New(0);
    PnServer *s = list != NULL ? check_server(module, op) : NULL;
    if (s == NULL) {
        Py_XDECREF(list);
        return NULL;
    }
    s->loops++;
    if (s->backlog_of_loops == NULL)
        s->backlog_of_loops = list;
    else
        Py_DECREF(list);
    Py_RETURN_NONE;
}

/* _loop_take(server): the next connection; None when it is to come, False when none will, as the server is closed. */
PyObject *
pn_server_loop_take(PyObject *module, PyObject *op)
{
    PnServer *s = check_server(module, op);
    if (s == NULL)
        return NULL;
    PyObject *list = s->backlog_of_loops;
    if (list != NULL && PyList_GET_SIZE(list) > 0) {
        PyObject *sock = Py_NewRef(PyList_GET_ITEM(list, 0));
        if (PySequence_DelItem(list, 0) < 0)
            Py_CLEAR(sock);
        return sock;
    }
    if (s->listener == NULL && s->lookup == NULL && (s->close_emitted || s->closes > 0 || s->connections > 0))
        Py_RETURN_FALSE;
    if (s->loops > 0)
        pn_server_connection_listener(s);
    if (s->listener != NULL && pn_notify(s->em.st) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* What no loop has taken goes with the last one, unless a `connection` listener has it. */
static void
destroy_left(PnServer *s, PyObject *left)
{
    if (pn_has_listeners(&s->em, s->em.st->names.connection))
        return;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(left); i++) {
        PnSocket *sock = PN_SOCKET(PyList_GET_ITEM(left, i));
        pn_mark_outside(&sock->em);
        pn_socket_destroy(sock, NULL);
    }
}

/* _loop_end(server): one loop less. Does nothing for the server of a parent process and at exit. */
PyObject *
pn_server_loop_end(PyObject *module, PyObject *op)
{
    PnState *st = pn_state_of_module(module);
    PnServer *s = PN_SERVER(op);
    if (!PyObject_TypeCheck(op, st->Server))
        return pn_raise_arg_type("server", "a Server", op);
    if (s->em.generation != st->generation || st->closed || s->loops == 0 || --s->loops > 0)
        Py_RETURN_NONE;
    PyObject *left = s->backlog_of_loops;
    s->backlog_of_loops = NULL;
    wait_for_listener(s);
    if (left != NULL)
        destroy_left(s, left);
    Py_XDECREF(left);
    if (st->loop != NULL && pn_notify(st) < 0) {
        /* Python 3.12 starts no thread once the main thread has ended, though others go on. */
        if (!PyErr_ExceptionMatches(PyExc_RuntimeError))
            return NULL;
        PyErr_Clear();
    }
    Py_RETURN_NONE;
}
