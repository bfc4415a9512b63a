/* listen_method.c - Server.listen(): binds a port or path (`::` or 0.0.0.0 without a host), looks up a host, follows
 * the abort signal.
 *
 *   listen_args.c  the arguments
 *   listen_fd.c    listening on an existing socket */
#include <stddef.h>

#include "py/base/args.h"
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/server/listen_request.h"
#include "uvio/sockaddr.h"

/* --- binding --- */

/* NULL with `*error`, or with an exception. */
static struct pn_listener *
bind_at(PnState *st, const struct pn_addr *addr, unsigned flags, int backlog, PyObject **error)
{
    int status;
    struct pn_listener *l = pn_listener_tcp(st->loop, addr, flags, backlog, &status);
    *error = l == NULL ? pn_listen_error(st, status, addr, NULL) : NULL;
    return l;
}

/* The status means that the system has no IPv6. */
static bool
lacks_ipv6(int status)
{
    return status == UV_EADDRNOTAVAIL || status == UV_EAFNOSUPPORT || status == UV_EINVAL;
}

/* Without a host: on `::` for both families, or on 0.0.0.0 if the system has no IPv6. */
static struct pn_listener *
bind_anywhere(PnState *st, struct pn_listen *l)
{
    struct pn_addr any = {.family = 6, .port = l->at.port};
    int status;
    struct pn_listener *listener = pn_listener_tcp(st->loop, &any, l->flags, l->backlog, &status);
    if (listener == NULL && lacks_ipv6(status) && (l->flags & PN_BIND_IPV6_ONLY) == 0) {
        any.family = 4;
        listener = pn_listener_tcp(st->loop, &any, l->flags, l->backlog, &status);
    }
    if (listener == NULL)
        l->error = pn_listen_error(st, status, &any, NULL);
    return listener;
}

static struct pn_listener *
bind_path(PnState *st, struct pn_listen *l)
{
    PyObject *path = l->at.path;
    int status;
    l->path = pn_path_text(path);
    if (l->path == NULL)
        return NULL;
    struct pn_listener *listener = pn_listener_path(st->loop, PyBytes_AS_STRING(path), (size_t)PyBytes_GET_SIZE(path),
                                                    l->flags, l->backlog, &status);
    if (listener == NULL)
        l->error = pn_listen_error(st, status, NULL, l->path);
    return listener;
}

/* 1: the host is an IP address, or absent; 0: it must be looked up; -1 with an exception. */
static int
parse_host(const struct pn_listen *l, struct pn_addr *addr)
{
    Py_ssize_t len;
    const char *text = l->at.host != NULL ? PyUnicode_AsUTF8AndSize(l->at.host, &len) : NULL;
    if (text == NULL)
        return l->at.host == NULL ? 1 : -1;
    if (pn_addr_parse_scoped(text, (size_t)len, addr) != 0)
        return 0;
    addr->port = l->at.port;
    return 1;
}

/* Binds and listens, and fills in the outcome; the server is not touched. 1; 0: a host must be looked up first; -1 with
 * an exception. */
static int
bind_now(PnState *st, struct pn_listen *l)
{
    struct pn_addr addr;
    int known = 1;
    switch (l->form) {
    case PN_LISTEN_BOUND:
        return pn_listen_on_bound(st, l) < 0 ? -1 : 1;
    case PN_LISTEN_FD:
        return pn_listen_on_fd(st, l) < 0 ? -1 : 1;
    case PN_LISTEN_PATH:
        l->listener = bind_path(st, l);
        break;
    case PN_LISTEN_PORT:
        known = parse_host(l, &addr);
        if (known <= 0)
            return known;
        l->listener = l->at.host != NULL ? bind_at(st, &addr, l->flags, l->backlog, &l->error) : bind_anywhere(st, l);
        break;
    }
    return l->listener != NULL || l->error != NULL ? 1 : -1;
}

/* --- the lookup --- */

static bool
is_link_local(const struct pn_addr *a)
{
    return a->family == 6 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

static void
looked_up(PnServer *s, int status, int sys_errno, const struct pn_addr *addrs, size_t count, PyObject *host)
{
    if (status != 0 || count == 0) {
        pn_listen_failed_with(s, pn_lookup_error(s->em.st, status, sys_errno, host));
        return;
    }
    size_t i = 0;
    while (i < count && is_link_local(&addrs[i]))
        i++;
    struct pn_addr addr = addrs[i < count ? i : 0];
    addr.port = s->port;
    PyObject *error;
    struct pn_listener *l = bind_at(s->em.st, &addr, s->bind_flags, s->backlog, &error);
    if (l == NULL)
        pn_listen_failed_with(s, error);
    else
        pn_server_listening(s, l);
}

static void
on_lookup(void *data, int status, int sys_errno, const struct pn_addr *addrs, size_t count)
{
    PnServer *s = data;
    PnState *st = s->em.st;
    PyObject *host = s->lookup_host;
    pn_server_unlink_lookup(s);
    s->lookup = NULL;
    s->lookup_host = NULL;
    if (!st->closed) {
        unsigned scope = pn_callback_scope_open(st);
        looked_up(s, status, sys_errno, addrs, count, host);
        pn_callback_scope_close(st, scope);
    }
    Py_XDECREF(host);
    Py_DECREF(s); /* the lookup's reference */
}

static int
look_up(PnServer *s, struct pn_listen *l)
{
    PnState *st = s->em.st;
    struct pn_resolver *r = pn_loop_resolver(st->loop);
    if (r != NULL)
        s->lookup = pn_resolver_start(r, PyBytes_AS_STRING(l->name), 0, 0, on_lookup, s);
    if (s->lookup == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    Py_INCREF(s);
    s->lookup_host = Py_NewRef(l->at.host);
    s->port = l->at.port;
    s->lookup_link = &st->looking_up;
    s->lookup_next = st->looking_up;
    if (s->lookup_next != NULL)
        s->lookup_next->lookup_link = &s->lookup_next;
    st->looking_up = s;
    return 0;
}

/* --- the abort signal --- */

static void
close_for_signal(PnServer *s)
{
    PnState *st = s->em.st;
    if (st->closed || s->em.generation != st->generation || pn_is_dying(s))
        return;
    Py_INCREF(s);
    pn_server_cancel_lookup(s);
    pn_server_close(s);
    pn_mark_outside(&s->em);
    if (pn_driver_ensure(st) < 0)
        PyErr_WriteUnraisable((PyObject *)s);
    Py_DECREF(s);
}

static void
on_abort(struct pn_abort_link *link, PyObject *reason)
{
    (void)reason;
    close_for_signal((PnServer *)(void *)((char *)link - offsetof(PnServer, abort)));
}

static void
aborted_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    (void)arg;
    if (!PN_SERVER(self)->aborting) /* listen() has been called again */
        return;
    PN_SERVER(self)->aborting = 0;
    close_for_signal(PN_SERVER(self));
}

/* As Node: if the signal has been aborted already, the server listens until the next tick. */
static int
obey(PnServer *s, PyObject *signal)
{
    if (pn_abort_reason(signal) != NULL) {
        s->aborting = 1;
        return pn_tick(s->em.st, aborted_tick, (PyObject *)s, NULL);
    }
    s->abort.aborted = on_abort;
    pn_abort_attach(signal, &s->abort);
    return 0;
}

/* --- listen() --- */

/* In a script, a notebook or a thread there is a caller that can handle an exception, and the late listeners of
 * missed.c need not be waited for. */
static bool
raises(const PnServer *s)
{
    PnState *st = s->em.st;
    return !pn_in_callback(st) && !pn_in_turn(st) && pn_count_listeners(&s->em, st->names.error) == 0;
}

/* Takes over the outcome. */
static int
conclude(PnServer *s, struct pn_listen *l)
{
    PyObject *error = l->error;
    struct pn_listener *listener = l->listener;
    if (listener == NULL && error == NULL)
        return look_up(s, l);
    if (listener != NULL)
        pn_listen_close_taken(l);
    l->error = NULL;
    l->listener = NULL;
    if (listener == NULL) {
        pn_listen_failed_with(s, error);
        return 0;
    }
    Py_XSETREF(s->path, Py_XNewRef(l->path));
    pn_server_listening(s, listener);
    return 0;
}

/* Binds now if a failure is to be raised, so that nothing has changed then. 0, or -1 with an exception. */
static int
bind_or_raise(PnServer *s, struct pn_listen *l)
{
    if (!raises(s))
        return 0;
    if (bind_now(s->em.st, l) < 0)
        return -1;
    if (l->error != NULL)
        PyErr_SetObject((PyObject *)Py_TYPE(l->error), l->error);
    return l->error != NULL ? -1 : 0;
}

static int
start(PnServer *s, struct pn_listen *l)
{
    PnState *st = s->em.st;
    PyObject *callback = l->at.callback;
    if (pn_state_loop(st) == NULL || bind_or_raise(s, l) < 0)
        return -1;
    PyObject *place = PyObject_CallNoArgs(pn_state_run(st, PN_RUN_caller));
    if (!pn_clear_wording())
        return -1;
    Py_XSETREF(s->listened_at, place);
    pn_server_mark_outside(s);
    if (callback != NULL && pn_add_listener(&s->em, st->names.listening, callback, true, false) < 0)
        return -1;
    if (s->listener != NULL)
        return pn_raise_already_listening(st); /* re-entered: a `newListener` listener has called listen() */
    pn_server_cancel_lookup(s);
    PyObject *old_signal = Py_XNewRef(s->abort.signal); /* released last: that may run user code */
    PyObject *old_error = s->listen_error;
    s->listen_error = NULL;
    pn_abort_detach(&s->abort);
    s->close_emitted = s->shut = s->aborting = 0;
    s->backlog = l->backlog;
    s->bind_flags = l->flags;
    s->exclusive = l->exclusive;
    int status = l->signal != NULL ? obey(s, l->signal) : 0;
    if (status == 0 && l->listener == NULL)
        status = bind_now(st, l);
    if (status >= 0)
        status = conclude(s, l);
    if (status < 0)
        pn_abort_detach(&s->abort);
    else
        status = pn_driver_ensure(st);
    Py_XDECREF(old_signal);
    Py_XDECREF(old_error);
    return status;
}

const char pn_listen_doc[] =
    "listen($self, /, *args, **options)\n--\n\n"
    "listen(port=0, host=None, backlog=511, callback=None, /)\nlisten(path, backlog=511, callback=None, /)\n"
    "listen(handle, backlog=511, callback=None, /)\nlisten(options, callback=None, /, **more)\n\n"
    "Starts to listen and returns the server. Port 0 is any free one; without a host on all addresses (\"::\", both\n"
    "families). A path makes a unix server (\"\\0name\": abstract). A handle is a BoundSocket, which is adopted, or\n"
    "another server or object with a fileno() or `fd`, whose descriptor is duplicated. Options: port, host, path, fd\n"
    "(a number that is taken over), handle, backlog (511), exclusive, ipv6_only, reuse_port, readable_all,\n"
    "writable_all (False), unlink_stale (False; True removes a unix path on which no server answers), signal (an\n"
    "AbortSignal: abort is close()). The callback is added with once(\"listening\"). address() is right at once,\n"
    "except for a host that must be looked up.\n\n"
    "Events: listening, or error (EADDRINUSE, EACCES, EINVAL, EEXIST, ENOTSUP, a failed lookup). Outside of "
    "listeners,\n"
    "main() of run() and turn(), a server without an \"error\" listener raises this error instead (but for a lookup):\n"
    "it is as before then. Raises NetError (ERR_SERVER_ALREADY_LISTEN, ERR_SOCKET_HANDLE_ADOPTED), TypeError,\n"
    "ValueError (ERR_SOCKET_BAD_PORT, ERR_INVALID_ARG_VALUE). Node: server.listen().";

PyObject *
pn_server_listen_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnServer *s = PN_SERVER(op);
    struct pn_listen l;
    if (pn_check_alive(&s->em) < 0 || pn_listen_parse(s, args, nargs, kwnames, &l) < 0)
        return NULL;
    int status = start(s, &l);
    pn_listen_clear(&l);
    return status < 0 ? NULL : Py_NewRef(op);
}
