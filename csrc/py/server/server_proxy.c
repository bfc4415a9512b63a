/* server_proxy.c - reads the header of the PROXY protocol of a connection before the server does anything else with it.
 *
 * A connection whose header has not come whole waits: its handle is open, and its owner is the server, whose table of
 * waiting connections has its place (the handle's tag). What does not belong to the header is never read here.
 *
 * Owns:    the waiting connections. The listener holds a reference to the server; when it closes, none waits any more. */
#include <stddef.h>
#include <string.h>

#include "py/address/address_info.h"
#include "py/address/blocklist_rules.h"
#include "py/events/emitter.h"
#include "py/server/server.h"
#include "py/server/server_proxy.h"
#include "uvio/proxy_read.h"

struct pn_proxy_wait {
    PnServer *server;           /* borrowed */
    struct pn_loop_timer timer; /* of proxy_timeout */
    struct pn_accepted c;       /* own: it has a handle */
    pn_proxy_then then;
    uint8_t *bytes; /* own: of the header, so far */
    size_t len, capacity;
    bool extra; /* counted in the server's `extra` */
};

static const struct pn_stream_events waiting_events;

/* --- refusing --- */

/* What has come of a header, for `proxyError`. */
#define SHOWN 64

/* (error, ProxyErrorInfo) */
static PyObject *
error_arguments(PnServer *s, const struct pn_addr *peer, const char *code, const char *text, const uint8_t *bytes,
                size_t len)
{
    PnState *st = s->em.st;
    PyObject *module = PyImport_ImportModule("pynet._proxy");
    PyObject *from = peer->family != 0 ? pn_address_info(st, peer) : Py_NewRef(Py_None);
    PyObject *error = from != NULL ? pn_net_error(st, code, "%s", text) : NULL;
    PyObject *info = module != NULL && error != NULL
                         ? PyObject_CallMethod(module, "ProxyErrorInfo", "Oy#", from, (const char *)bytes,
                                               (Py_ssize_t)(len < SHOWN ? len : SHOWN))
                         : NULL;
    PyObject *all = info != NULL ? PyTuple_Pack(2, error, info) : NULL;
    Py_XDECREF(info);
    Py_XDECREF(error);
    Py_XDECREF(from);
    Py_XDECREF(module);
    return all;
}

/* Resets the connection, counts it, emits `proxyError`. */
static void
refuse(PnServer *s, struct pn_accepted *c, const char *code, const char *text, const uint8_t *bytes, size_t len)
{
    struct pn_addr peer = c->peer;
    s->proxy->errors++;
    pn_accepted_close(c, true);
    if (pn_has_listeners(&s->em, s->em.st->names.proxyError))
        pn_emit_args(&s->em, s->em.st->names.proxyError, error_arguments(s, &peer, code, text, bytes, len));
}

/* Memory has run out. */
static void
lose(PnServer *s, struct pn_accepted *c)
{
    pn_accepted_close(c, true);
    PyErr_NoMemory();
    PyErr_WriteUnraisable((PyObject *)s);
}

/* `status` of pn_proxy_read() is a failure. */
static void
refuse_status(PnServer *s, struct pn_accepted *c, int status, const uint8_t *bytes, size_t len)
{
    char text[160];
    if (status == UV_ENOMEM) {
        lose(s, c);
        return;
    }
    if (status == PN_PROXY_TOO_LONG) {
        refuse(s, c, "ERR_PROXY_HEADER_TOO_LONG", "The PROXY header is too long", bytes, len);
        return;
    }
    if (status == PN_PROXY_INVALID)
        PyOS_snprintf(text, sizeof(text), "The connection does not begin with a PROXY header");
    else if (status == UV_EOF)
        PyOS_snprintf(text, sizeof(text), "The connection has ended before its PROXY header");
    else
        PyOS_snprintf(text, sizeof(text), "The connection has failed before its PROXY header: %s", uv_err_name(status));
    refuse(s, c, "ERR_PROXY_HEADER_INVALID", text, bytes, len);
}

/* The header is there. */
static void
go_on(PnServer *s, struct pn_accepted *c, pn_proxy_then then, const uint8_t *bytes, size_t len)
{
    struct pn_proxy_header h;
    const char *reason;
    char text[160];
    if (pn_proxy_parse(bytes, len, &h, &reason) < 0) {
        PyOS_snprintf(text, sizeof(text), "The PROXY header is invalid: %s", reason);
        refuse(s, c, "ERR_PROXY_HEADER_INVALID", text, bytes, len);
        return;
    }
    c->proxy = pn_proxy_note_new(&h, bytes, len);
    if (c->proxy != NULL)
        then(s, c);
    else
        lose(s, c);
}

/* --- waiting --- */

/* A free place in the table, which is its index; -1 when out of memory. */
static ptrdiff_t
free_place(struct pn_server_proxy *p)
{
    if (p->waiting == p->size) {
        size_t size = p->size > 0 ? p->size * 2 : 8;
        struct pn_proxy_wait **at = PyMem_RawRealloc(p->at, size * sizeof(*at));
        if (at == NULL)
            return -1;
        memset(at + p->size, 0, (size - p->size) * sizeof(*at));
        p->next_free = p->size;
        p->at = at;
        p->size = size;
    }
    size_t i = p->next_free;
    while (p->at[i] != NULL)
        i = i + 1 < p->size ? i + 1 : 0;
    p->next_free = i;
    return (ptrdiff_t)i;
}

static struct pn_proxy_wait *
wait_of(const struct pn_stream *io)
{
    return ((PnServer *)io->owner)->proxy->at[io->tag];
}

/* It waits no more: `*c` becomes the caller's. */
static void
end_wait(struct pn_proxy_wait *w, struct pn_accepted *c)
{
    PnServer *s = w->server;
    struct pn_loop *loop = s->em.st->loop;
    *c = w->c;
    pn_stream_read_stop(c->io);
    pn_loop_disarm(loop, &w->timer);
    s->proxy->at[c->io->tag] = NULL;
    s->proxy->next_free = c->io->tag;
    s->proxy->waiting--;
    s->proxy->extra -= w->extra;
    c->io->owner = NULL;
    c->io->tag = 0;
    pn_brake_count(&loop->brake, -1);
    PyMem_RawFree(w->bytes);
    PyMem_RawFree(w);
}

void
pn_server_drop_waiting(PnServer *s)
{
    struct pn_accepted c;
    for (size_t i = 0; i < s->proxy->size && s->proxy->waiting > 0; i++) {
        if (s->proxy->at[i] == NULL)
            continue;
        end_wait(s->proxy->at[i], &c);
        pn_accepted_close(&c, true);
    }
}

/* Ends the wait, and does what `status` asks for; the bytes are the caller's. */
static void
settle(struct pn_proxy_wait *w, int status, const uint8_t *bytes, size_t len)
{
    PnServer *s = w->server;
    PnState *st = s->em.st;
    unsigned scope = pn_callback_scope_open(st);
    pn_proxy_then then = w->then;
    struct pn_accepted c;
    end_wait(w, &c);
    Py_INCREF(s);
    if (status == PN_PROXY_WHOLE)
        go_on(s, &c, then, bytes, len);
    else if (status == PN_PROXY_MORE)
        refuse(s, &c, "ERR_PROXY_HEADER_TIMEOUT", "The PROXY header has not come in time", bytes, len);
    else
        refuse_status(s, &c, status, bytes, len);
    if (s->em.generation == st->generation && s->in_cluster)
        pn_server_count_changed(s);
    pn_callback_scope_close(st, scope);
    Py_DECREF(s);
}

/* Keeps what has come. Returns false when out of memory. */
static bool
keep_bytes(struct pn_proxy_wait *w, const uint8_t *bytes, size_t len)
{
    if (len > w->capacity) {
        size_t capacity = len + 64;
        uint8_t *at = PyMem_RawRealloc(w->bytes, capacity);
        if (at == NULL)
            return false;
        w->bytes = at;
        w->capacity = capacity;
    }
    if (len > 0)
        memcpy(w->bytes, bytes, len);
    w->len = len;
    return true;
}

/* No buffer: the event `readable` follows, and libuv reads nothing. */
static void
on_alloc(struct pn_stream *io, char **base, size_t *len)
{
    (void)io, (void)base;
    *len = 0;
}

static void
on_readable(struct pn_stream *io)
{
    struct pn_proxy_wait *w = wait_of(io);
    uint8_t bytes[PN_PROXY_LONGEST];
    size_t len = w->len;
    if (len > 0)
        memcpy(bytes, w->bytes, len);
    int status = pn_proxy_read(pn_stream_fd(io), bytes, &len);
    if (status == PN_PROXY_MORE && keep_bytes(w, bytes, len))
        return;
    settle(w, status == PN_PROXY_MORE ? UV_ENOMEM : status, bytes, len);
}

/* Only of a failure: there is never a buffer. */
static void
on_read(struct pn_stream *io, ssize_t nread, char *base)
{
    (void)base;
    settle(wait_of(io), nread < 0 ? (int)nread : UV_EIO, (const uint8_t *)"", 0);
}

static void
on_timeout(struct pn_loop_timer *t)
{
    struct pn_proxy_wait *w = (struct pn_proxy_wait *)(void *)((char *)t - offsetof(struct pn_proxy_wait, timer));
    uint8_t bytes[SHOWN] = {0};
    size_t len = w->len < SHOWN ? w->len : SHOWN;
    if (len > 0)
        memcpy(bytes, w->bytes, len);
    settle(w, PN_PROXY_MORE, bytes, len);
}

static void
drop_one(struct pn_stream *io)
{
    struct pn_accepted c;
    end_wait(wait_of(io), &c);
    pn_accepted_close(&c, true);
}

/* run(signals=True) ends: it has no handler yet. */
static void
on_close_in_order(struct pn_stream *io, bool handlers_work)
{
    (void)handlers_work;
    drop_one(io);
}

static bool
on_destroy(struct pn_stream *io)
{
    drop_one(io);
    return true;
}

static const struct pn_stream_events waiting_events = {
    .alloc = on_alloc,
    .read = on_read,
    .readable = on_readable,
    .close_in_order = on_close_in_order,
    .destroy = on_destroy,
    .abandon = drop_one,
};

/* Opens its handle, and watches it. 0, or a status. */
static int
watch(PnServer *s, struct pn_accepted *c, ptrdiff_t place)
{
    int status;
    c->io = pn_stream_open(s->em.st->loop, c->kind, c->fd, &waiting_events, s, &status);
    c->fd = -1;
    if (c->io == NULL)
        return status;
    c->io->peer = c->peer;
    c->io->own_buffer = true;
    c->io->tag = (uint32_t)place;
    return pn_stream_read_start(c->io);
}

/* 0, or a status; `c` stays the caller's on failure. */
static int
begin_wait(PnServer *s, struct pn_accepted *c, pn_proxy_then then, const uint8_t *bytes, size_t len, bool extra)
{
    struct pn_loop *loop = s->em.st->loop;
    struct pn_proxy_wait *w = PyMem_RawCalloc(1, sizeof(*w));
    if (w == NULL)
        return UV_ENOMEM;
    pn_loop_timer_init(&w->timer, on_timeout, false);
    ptrdiff_t place = free_place(s->proxy);
    int status = place < 0 || !keep_bytes(w, bytes, len) ? UV_ENOMEM : 0;
    if (status == 0)
        status = pn_loop_arm(loop, &w->timer, pn_timers_deadline(uv_hrtime(), s->proxy->timeout));
    if (status == 0)
        status = watch(s, c, place);
    if (status != 0) {
        pn_loop_disarm(loop, &w->timer);
        PyMem_RawFree(w->bytes);
        PyMem_RawFree(w);
        return status;
    }
    w->server = s;
    w->then = then;
    w->c = *c;
    s->proxy->at[place] = w;
    s->proxy->waiting++;
    w->extra = extra;
    s->proxy->extra += extra;
    pn_brake_count(&loop->brake, 1);
    return 0;
}

/* --- a new connection --- */

/* The peers of a unix socket have no addresses: the permissions of its path say who may connect. */
static bool
is_trusted(const PnServer *s, const struct pn_addr *peer)
{
    return s->proxy->trusted == NULL || peer->family == 0 || pn_blocklist_blocks(s->proxy->trusted, peer);
}

/* How many more than max_connections may wait, so that `drop` can name their clients. */
static double
most_extra(const PnServer *s)
{
    return s->max > 16 ? s->max : 16;
}

void
pn_server_read_header(PnServer *s, struct pn_accepted *c, pn_proxy_then then)
{
    uint8_t bytes[PN_PROXY_LONGEST];
    size_t len = 0;
    bool full = pn_server_is_full(s);
    if (!is_trusted(s, &c->peer)) {
        if (s->proxy->direct)
            then(s, c);
        else
            refuse(s, c, "ERR_PROXY_UNTRUSTED", "The peer is not a proxy of proxy_protocol", bytes, 0);
        return;
    }
    int status = pn_proxy_read(c->fd, bytes, &len);
    if (status == PN_PROXY_WHOLE)
        go_on(s, c, then, bytes, len);
    else if (status != PN_PROXY_MORE)
        refuse_status(s, c, status, bytes, len);
    else if (full && (double)s->proxy->extra >= most_extra(s))
        then(s, c); /* which drops it */
    else if ((status = begin_wait(s, c, then, bytes, len, full)) != 0)
        refuse_status(s, c, status, bytes, len);
}
