/* listen_method.c - Server.listen(): binds now or after the lookup of hosts, raises or emits what fails, follows the
 * abort signal.
 *
 *   listen_args.c  the arguments
 *   listen_fd.c    listening on an existing socket */
#include <stddef.h>

#include "py/base/args.h"
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/loop/uncaught.h"
#include "py/loop/waiter.h"
#include "py/server/listen_request.h"

/* --- binding --- */

/* Binds and listens, and fills in the outcome, which stays empty when a host must be looked up first, or the cluster's
 * primary asked; the server is not touched. 0, or -1 with an exception. */
static int
bind_now(PnState *st, struct pn_listen *l)
{
    switch (l->form) {
    case PN_LISTEN_BOUND:
        return pn_listen_on_bound(st, l);
    case PN_LISTEN_FD:
        return pn_listen_on_fd(st, l);
    case PN_LISTEN_PLACES:
        break;
    }
    if (pn_places_unknown(l->places) != NULL || pn_places_are_shared(st, l->places))
        return 0;
    return pn_places_bind(st, l->places, l->flags, l->backlog, &l->outcome);
}

/* --- the lookup --- */

static bool
is_link_local(const struct pn_addr *a)
{
    return a->family == 6 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

static void on_lookup(void *data, int status, int sys_errno, const struct pn_addr *addrs, size_t count);

/* Looks up the next host of the places, which it takes over. 0, or -1 with MemoryError. */
static int
look_up(PnServer *s, struct pn_places *places)
{
    PnState *st = s->em.st;
    struct pn_resolver *r = pn_loop_resolver(st->loop);
    const char *name = PyBytes_AS_STRING(pn_places_unknown(places)->name);
    if (r != NULL)
        places->lookup = pn_resolver_start(r, name, 0, 0, on_lookup, s);
    if (places->lookup == NULL) {
        pn_places_free(places);
        PyErr_NoMemory();
        return -1;
    }
    pn_server_begin_listen(s, places);
    return 0;
}

/* Takes over the outcome: a listener or an error. */
static void
conclude(PnServer *s, struct pn_outcome *out)
{
    PyObject *error = out->error;
    out->error = NULL;
    if (error != NULL)
        pn_listen_failed_with(s, error);
    else
        pn_server_listening(s, out);
}

/* All hosts are known. */
static void
bind_later(PnServer *s, struct pn_places *places)
{
    struct pn_outcome out = {0};
    if (pn_places_are_shared(s->em.st, places)) {
        if (pn_server_ask(s, places) == 0)
            return;
        if (PyErr_ExceptionMatches(PyExc_Exception))
            pn_listen_failed_with(s, pn_take_exception());
        else
            pn_uncaught(s->em.st, (PyObject *)s, NULL); /* Ctrl-C, within cluster_ask() */
        return;
    }
    if (pn_places_bind(s->em.st, places, s->bind_flags, s->backlog, &out) < 0)
        pn_listen_failed_with(s, pn_take_exception());
    else
        conclude(s, &out);
    pn_places_free(places);
}

static void
looked_up(PnServer *s, struct pn_places *places, int status, int sys_errno, const struct pn_addr *addrs, size_t count)
{
    struct pn_place *place = pn_places_unknown(places);
    if (status != 0 || count == 0) {
        pn_listen_failed_with(s, pn_lookup_error(s->em.st, status, sys_errno, place->host));
        pn_places_free(places);
        return;
    }
    size_t i = 0;
    while (i < count && is_link_local(&addrs[i]))
        i++;
    uint16_t port = place->addr.port;
    place->addr = addrs[i < count ? i : 0];
    place->addr.port = port;
    Py_CLEAR(place->host); /* a str: runs no user code */
    if (pn_places_unknown(places) == NULL)
        bind_later(s, places);
    else if (look_up(s, places) < 0)
        pn_listen_failed_with(s, pn_take_exception());
}

static void
on_lookup(void *data, int status, int sys_errno, const struct pn_addr *addrs, size_t count)
{
    PnServer *s = data;
    PnState *st = s->em.st;
    struct pn_places *places = pn_server_end_listen(s);
    if (!st->closed) {
        unsigned scope = pn_callback_scope_open(st);
        looked_up(s, places, status, sys_errno, addrs, count);
        pn_callback_scope_close(st, scope);
    }
    else {
        pn_places_free(places);
    }
    Py_DECREF(s); /* the reference of the listen() */
}

/* --- the abort signal --- */

static void
close_for_signal(PnServer *s)
{
    PnState *st = s->em.st;
    if (st->closed || s->em.generation != st->generation || pn_is_dying(s))
        return;
    Py_INCREF(s);
    pn_server_cancel_listen(s);
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

static void
follow(PnServer *s, PyObject *signal)
{
    s->abort.aborted = on_abort;
    pn_abort_attach(signal, &s->abort);
}

/* As Node: if the signal has been aborted already, the server listens until the next tick. */
static int
obey(PnServer *s, PyObject *signal)
{
    if (pn_abort_reason(signal) != NULL) {
        s->aborting = 1;
        return pn_tick(s->em.st, aborted_tick, (PyObject *)s, NULL);
    }
    follow(s, signal);
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

/* This thread can wait for the cluster's primary: 1, 0, or -1 with an exception. */
static int
can_wait(const PnServer *s)
{
    PnState *st = s->em.st;
    if (pn_in_callback(st) || pn_in_turn(st))
        return 0;
    if (pn_check_may_wait(st, "listen()", false) < 0) {
        if (!PyErr_ExceptionMatches(PyExc_RuntimeError))
            return -1;
        PyErr_Clear();
        return 0;
    }
    PyObject *loop = pn_running_loop(st); /* of asyncio: it would stand still */
    Py_XDECREF(loop);
    return PyErr_Occurred() ? -1 : loop == NULL;
}

/* In a worker of a cluster. 1 when the primary has answered, or nothing waits for it; 0 when the listen() has been
 * cancelled; -1 with an exception. */
static int
ask_now(PnServer *s, struct pn_listen *l)
{
    if (l->form != PN_LISTEN_PLACES || !pn_places_are_shared(s->em.st, l->places) ||
        pn_places_unknown(l->places) != NULL)
        return 1;
    int status = can_wait(s);
    if (status <= 0)
        return status < 0 ? -1 : 1;
    pn_server_cancel_listen(s);
    pn_abort_detach(&s->abort);
    if (s->listener != NULL)
        return pn_raise_already_listening(s->em.st); /* that has run user code */
    if (l->signal != NULL && pn_abort_reason(l->signal) == NULL)
        follow(s, l->signal);
    struct pn_places *places = l->places;
    l->places = NULL;
    status = pn_server_ask_and_wait(s, places, &l->outcome);
    PyObject *error = pn_take_exception();
    pn_abort_detach(&s->abort);
    pn_put_back_exception(error);
    return status;
}

/* Binds, or asks the primary, now if a failure is to be raised, so that nothing has changed then. 1; 0 when the listen()
 * has been cancelled; -1 with an exception. */
static int
bind_or_raise(PnServer *s, struct pn_listen *l)
{
    int status = ask_now(s, l);
    if (status <= 0 || !raises(s))
        return status;
    if (l->outcome.first.listener == NULL && l->outcome.error == NULL && bind_now(s->em.st, l) < 0)
        return -1;
    PyObject *error = l->outcome.error;
    if (error != NULL)
        PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    return error != NULL ? -1 : 1;
}

/* The first place is an IP address with its port. */
static bool
has_address(const struct pn_places *p)
{
    return p != NULL && p->count > 0 && p->at[0].path == NULL && p->at[0].addr.family != 0;
}

/* The last step. 0, or -1 with an exception. */
static int
begin(PnServer *s, struct pn_listen *l)
{
    struct pn_outcome *out = &l->outcome;
    if (out->first.listener == NULL && out->error == NULL && bind_now(s->em.st, l) < 0)
        return -1;
    if (out->first.listener == NULL && out->error == NULL) {
        struct pn_places *places = l->places;
        l->places = NULL;
        return pn_places_unknown(places) != NULL ? look_up(s, places) : pn_server_ask(s, places);
    }
    if (out->first.listener != NULL)
        pn_listen_close_taken(l);
    s->by_address = out->first.listener != NULL && has_address(l->places);
    conclude(s, out);
    return 0;
}

static int
start(PnServer *s, struct pn_listen *l)
{
    PnState *st = s->em.st;
    PyObject *callback = l->at.callback;
    if (pn_state_loop(st) == NULL)
        return -1;
    int bound = bind_or_raise(s, l);
    if (bound <= 0)
        return bound;
    PyObject *place = PyObject_CallNoArgs(pn_state_run(st, PN_RUN_caller));
    if (!pn_clear_wording())
        return -1;
    Py_XSETREF(s->listened_at, place);
    pn_server_mark_outside(s);
    if (callback != NULL && pn_add_listener(&s->em, st->names.listening, callback, true, false) < 0)
        return -1;
    if (s->listener != NULL)
        return pn_raise_already_listening(st); /* re-entered: a `newListener` listener has called listen() */
    pn_server_cancel_listen(s);
    PyObject *old_signal = Py_XNewRef(s->abort.signal); /* released last: that may run user code */
    PyObject *old_error = s->listen_error;
    s->listen_error = NULL;
    pn_abort_detach(&s->abort);
    s->close_emitted = s->shut = s->aborting = 0;
    s->backlog = l->backlog;
    s->bind_flags = l->flags;
    int status = l->signal != NULL ? obey(s, l->signal) : 0;
    if (status == 0)
        status = begin(s, l);
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
    "listen(port=0, host=None, backlog=511, callback=None, /)\n"
    "listen(path, backlog=511, callback=None, /)\n"
    "listen(addresses, backlog=511, callback=None, /)\n"
    "listen(handle, backlog=511, callback=None, /)\n"
    "listen(options, callback=None, /, **more)\n\n"
    "Starts to listen, and returns the server. Port 0 means any free port. Without a host it listens on all\n"
    "addresses (\"::\", both families). A path makes a unix server (\"\\0name\" is an abstract name). A list of\n"
    "ports, (host, port) tuples, SocketAddresses and paths makes one server on all of them, or on none. A\n"
    "handle is a BoundSocket, which the server adopts; or another server or an object with fileno() or `fd`,\n"
    "whose descriptor is duplicated.\n\n"
    "Options: port, host, path, fd (a number that pynet takes over), handle, backlog (511), exclusive,\n"
    "ipv6_only, reuse_port, readable_all, writable_all (False), mode (0 to 0o777, such as 0o660) and group (a\n"
    "name or a number) of the file of a path, unlink_stale (False; True removes a unix path if no server\n"
    "answers on it), signal (an AbortSignal: an abort calls close()). The callback is added with\n"
    "once(\"listening\"). address() is right at once, unless a host must be looked up.\n\n"
    "Events: listening, or error (EADDRINUSE, EACCES, EINVAL, EEXIST, ENOTSUP, EPERM, a failed lookup). If the\n"
    "server has no \"error\" listener, listen() raises this error instead, and the server is as before; but not\n"
    "in listeners, in main() of run() and inside turn(), and not for a failed lookup.\n\n"
    "Raises NetError (ERR_SERVER_ALREADY_LISTEN, ERR_SOCKET_HANDLE_ADOPTED), TypeError, ValueError\n"
    "(ERR_SOCKET_BAD_PORT, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE). Node: server.listen().";

PyObject *
pn_server_listen_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnServer *s = PN_SERVER(op);
    struct pn_listen l;
    if (pn_check_alive(&s->em) < 0 || pn_listen_parse(s, args, nargs, kwnames, &l) < 0)
        return NULL;
    int status = s->em.st->publish != NULL ? pn_listen_publish_start(s, &l) : 0;
    if (status == 0)
        status = start(s, &l);
    if (status < 0 && s->em.st->publish != NULL)
        pn_listen_publish_raised(s);
    pn_listen_clear(&l);
    return status < 0 ? NULL : Py_NewRef(op);
}
