/* server_accept.c - accepts connections: over a limit emits `drop`, closes a peer on the block list without an
 * event, else emits `connection` and keeps the socket for loops and waits. */
#include <string.h>

#include "py/address/blocklist_rules.h"
#include "py/events/emitter.h"
#include "py/loop/diagnostics.h"
#include "py/loop/driver.h"
#include "py/loop/uncaught.h"
#include "py/server/server.h"
#include "py/server/server_limits.h"
#include "py/server/server_proxy.h"
#include "py/server/server_tls.h"
#include "py/stream/duplex.h"
#include "uvio/sockaddr.h"

/* --- whether to accept --- */

void
pn_server_mark_outside(PnServer *s)
{
    pn_mark_outside(&s->em);
    if (!pn_in_callback(s->em.st) && !pn_in_turn(s->em.st))
        s->outside_turn = 1;
}

/* A blocked client gets no event, as in Node. A peer on a unix socket has no address. Behind a proxy it is the client that
 * counts, and never the proxy. */
static bool
is_blocked(const PnServer *s, const struct pn_accepted *c)
{
    const struct pn_addr *client = c->proxy != NULL ? pn_proxy_client(c->proxy) : &c->peer;
    return s->block_list != NULL && client != NULL && client->family != 0 && pn_blocklist_blocks(s->block_list, client);
}

/* --- over a limit: `drop` --- */

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

/* The argument of `drop`: both addresses of the connection, and the limit; None on a unix server. */
static PyObject *
drop_data(const struct pn_accepted *c, const struct pn_proxy_note *note, const char *reason)
{
    const struct pn_addr *client = note != NULL ? pn_proxy_client(note) : NULL;
    struct pn_addr local;
    if (c->kind != PN_STREAM_TCP && client == NULL)
        return Py_NewRef(Py_None);
    if (client != NULL)
        local = note->h.destination;
    else if (c->io == NULL || !pn_stream_local(c->io, &local))
        memset(&local, 0, sizeof(local));
    PyObject *dict = PyDict_New();
    if (dict != NULL &&
        (set_end(dict, "local", &local) < 0 || set_end(dict, "remote", client != NULL ? client : &c->peer) < 0 ||
         set_item(dict, "reason", PyUnicode_FromString(reason)) < 0))
        Py_CLEAR(dict);
    return dict;
}

static void
drop(PnServer *s, struct pn_accepted *c, const char *reason)
{
    static const struct pn_stream_events no_events = {0};
    int status;
    if (c->io == NULL) {
        c->io = pn_stream_open(s->em.st->loop, c->kind, c->fd, &no_events, NULL, &status);
        c->fd = -1;
    }
    PyObject *data = drop_data(c, c->proxy, reason);
    pn_accepted_close(c, false);
    if (data != NULL)
        (void)pn_emit1(&s->em, s->em.st->names.drop, data);
    else
        PyErr_WriteUnraisable((PyObject *)s);
    Py_XDECREF(data);
}

/* --- accepting --- */

/* Keeps the socket for loops and waits, unless a `connection` listener has destroyed it or ended them. One at a time:
 * the server accepts the next one when one of them has found none, so that leaving early loses nearly none. */
static void
keep_for_takers(PnServer *s, PnSocket *sock)
{
    if ((!pn_server_is_taken(s) && !s->keeps) || sock->d.destroyed)
        return;
    sock->d.em.outside = true; /* code outside the loop will use it: an `error` may be deferred */
    if (pn_server_keep(s, sock) < 0) {
        pn_duplex_destroy_steal(&sock->d, NULL);
        return;
    }
    pn_server_wait_for_listener(s);
    if (s->accepting != NULL)
        pn_server_wake_first(s);
    else
        (void)pn_emit0(&s->em, s->em.st->server_changed);
}

/* Hands a connection out: to the listeners of `connection`, to loops and waits. */
static void
hand_out(PnServer *s, PnSocket *sock)
{
    PnState *st = s->em.st;
    if (!s->options.pause_on_connect)
        pn_readable_poll(&sock->d);
    PyObject *stack[2] = {NULL, (PyObject *)sock};
    if (pn_emit_loop(&s->em, st->names.connection, stack + 1, 1, (PyObject *)sock) >= 0 &&
        s->em.generation == st->generation)
        pn_publish(st, "net.server.socket", "socket", (PyObject *)sock, NULL, NULL);
    if (s->em.generation == s->em.st->generation)
        keep_for_takers(s, sock);
}

static void
accept_connection(PnServer *s, struct pn_accepted *c, struct pn_limited *entry)
{
    PnState *st = s->em.st;
    unsigned generation = st->generation;
    struct pn_connection_options options = s->options; /* a factory may change those of the server */
    Py_XINCREF(options.factory);
    s->counts->accepted++;
    st->counters.accepted++;
    s->connections++; /* first: a close() that runs while the socket is made must count it */
    pn_brake_count(&st->loop->brake, 1);
    PnSocket *sock = pn_socket_accept(st, (PyObject *)s, &options, c);
    bool by_factory = options.factory != NULL;
    Py_XDECREF(options.factory);
    if (st->generation != generation) { /* it has forked: the connection is the parent's */
        Py_XDECREF(sock);
        PyErr_Clear();
        return;
    }
    if (sock == NULL) {
        if (by_factory)
            pn_uncaught(st, (PyObject *)s, NULL);
        else
            PyErr_WriteUnraisable((PyObject *)s);
        s->connections--;
        if (entry != NULL)
            pn_limits_release(s, entry);
        pn_brake_count(&st->loop->brake, -1);
        if (s->listener == NULL)
            pn_server_close(s);
        return;
    }
    if (entry != NULL && pn_limits_attach(s, sock, entry) < 0) {
        PyErr_WriteUnraisable((PyObject *)s);
        pn_duplex_destroy_steal(&sock->d, NULL);
        Py_DECREF(sock);
        return;
    }
    if (sock->d.io != NULL)
        pn_link_append(&s->streams, &sock->d.io->group);
    if (s->counts->tls != NULL)
        pn_server_secure(s, sock, hand_out);
    else
        hand_out(s, sock);
    Py_DECREF(sock);
}

/* The limits for each address come last: a connection that is refused for another reason does not count. Behind a proxy
 * it is the client that counts. */
static void
accept_limited(PnServer *s, struct pn_accepted *c)
{
    const struct pn_addr *client = c->proxy != NULL ? pn_proxy_client(c->proxy) : &c->peer;
    struct pn_limited *entry = NULL;
    const char *reason;
    int refused = client != NULL ? pn_limits_admit(s, client, &entry, &reason) : 0;
    if (refused == 0) {
        accept_connection(s, c, entry);
        return;
    }
    if (refused > 0) {
        s->counts->dropped++;
        s->em.st->counters.dropped++;
        drop(s, c, reason);
        return;
    }
    PyErr_WriteUnraisable((PyObject *)s);
    pn_accepted_close(c, false);
}

static void
accept_or_drop(PnServer *s, struct pn_accepted *c)
{
    struct pn_counters *all = &s->em.st->counters;
    if (pn_server_is_full(s)) {
        s->counts->dropped++;
        all->dropped++;
        drop(s, c, "max_connections");
    }
    else if (is_blocked(s, c)) {
        s->counts->blocked++;
        all->blocked++;
        pn_accepted_close(c, false);
    }
    else if (s->limits != NULL) {
        accept_limited(s, c);
    }
    else {
        accept_connection(s, c, NULL);
    }
}

static void
arrived(PnServer *s, const struct pn_listener *l, int fd, const struct pn_addr *peer)
{
    struct pn_accepted c = {.peer = *peer, .kind = l->kind, .fd = fd};
    if (s->proxy != NULL)
        pn_server_read_header(s, &c, accept_or_drop);
    else
        accept_or_drop(s, &c);
}

/* The primary of a cluster passes the descriptor on, and does not use it. */
static void
hand_over(PnServer *s, const struct pn_listener *l, int fd)
{
    size_t i = 0;
    struct pn_listener *each;
    while ((each = pn_server_listener(s, i, NULL)) != NULL && each != l)
        i++;
    PyObject *number = PyLong_FromLong(fd), *index = PyLong_FromSize_t(i), *share = Py_NewRef(s->share);
    if (number != NULL && index != NULL) {
        PyObject *stack[3] = {NULL, number, index};
        (void)pn_call(s->em.st, (PyObject *)s, share, stack + 1, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET);
    }
    else {
        PyErr_WriteUnraisable((PyObject *)s);
        pn_listener_refuse(fd);
    }
    Py_DECREF(share);
    Py_XDECREF(index);
    Py_XDECREF(number);
}

static void
accept_in_cluster(PnServer *s, const struct pn_listener *l, int fd, const struct pn_addr *peer)
{
    PnState *st = s->em.st;
    if (s->share != NULL && s->share != Py_None) {
        hand_over(s, l, fd);
        return;
    }
    arrived(s, l, fd, peer);
    if (s->em.generation == st->generation && s->in_cluster)
        pn_server_count_changed(s);
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
    unsigned scope = pn_callback_scope_open(st);
    unsigned generation = st->generation;
    Py_INCREF(s);
    if (s->in_cluster)
        accept_in_cluster(s, l, fd, peer);
    else
        arrived(s, l, fd, peer);
    pn_callback_scope_close(st, scope);
    Py_DECREF(s);
    return st->generation == generation;
}

static void
accept_failed(struct pn_listener *l, int status)
{
    PnServer *s = l->owner;
    struct pn_where where = {.syscall = "accept"};
    if (s->em.st->closed)
        return;
    unsigned scope = pn_callback_scope_open(s->em.st);
    pn_server_failed(s, pn_uv_error(s->em.st, status, &where));
    pn_callback_scope_close(s->em.st, scope);
}

/* --- listening --- */

/* As Node, which looks an IP address up as well: one tick more for it. */
static void
listening_tick(PnState *st, PyObject *self, void *arg)
{
    (void)arg;
    if (PN_SERVER(self)->by_address) {
        PN_SERVER(self)->by_address = 0;
        if (pn_tick(st, listening_tick, self, NULL) < 0)
            PyErr_WriteUnraisable(self);
    }
    else if (PN_SERVER(self)->listener != NULL)
        (void)pn_emit_cycle(PN_EMITTER(self), PN_CYCLE_LISTENING, NULL);
}

static void
on_close_in_order(struct pn_listener *l)
{
    pn_server_close(l->owner);
}

static void
on_abandon(struct pn_listener *l)
{
    pn_server_abandon(l->owner);
}

static const struct pn_listener_events server_events = {
    .accepted = pn_server_accepted,
    .failed = accept_failed,
    .close_in_order = on_close_in_order,
    .abandon = on_abandon,
};

static void
own_listener(PnServer *s, struct pn_listener *l)
{
    l->owner = s;
    l->events = &server_events;
    if (s->unref)
        pn_listener_ref(l, false);
}

void
pn_server_listening(PnServer *s, struct pn_outcome *out)
{
    PnState *st = s->em.st;
    struct pn_listener *l;
    s->listener = out->first.listener;
    Py_XSETREF(s->path, out->first.path);
    s->others = out->others;
    out->first.listener = NULL;
    out->first.path = NULL;
    out->others = NULL;
    Py_INCREF(s);
    for (size_t i = 0; (l = pn_server_listener(s, i, NULL)) != NULL; i++)
        own_listener(s, l);
    s->in_cluster = s->share != NULL || s->listener->sharing != PN_NOT_SHARED;
    s->waits_for_listener = s->share == NULL && s->outside_turn && !pn_server_is_taken(s) && !pn_server_is_heard(s);
    if (s->in_cluster)
        pn_server_count_changed(s);
    pn_server_watch(s);
    pn_server_proxy_listens(s);
    pn_tick_sure(st, listening_tick, (PyObject *)s, NULL, 1);
    pn_missed_forget(&s->em); /* near the end: releasing a missed error may run user code that closes the server */
    pn_publish(st, "tracing:net.server.listen:asyncEnd", "server", (PyObject *)s, NULL, NULL);
}
