/* read_direct.c - a thread that waits to read from a socket reads it itself: the bytes reach it without a detour through
 * the thread of the loop, which costs more than all the rest of a read.
 *
 * It does so when it is the only one that waits, and no listener could hear of the bytes, of the end or of `close`.
 * Then the loop does not watch the socket: the thread waits for the descriptor in poll(), and for what wakes its wait
 * otherwise, and reads what is there while it holds the GIL. So the loop and the thread never read at the same time,
 * and the queue is the same: nothing gets lost or out of order when one goes on for the other. The end of the
 * connection is always the loop's: the thread that meets it gives the socket back.
 *
 * Between two waits nothing watches the socket. A timer looks for those that no thread has read for a while, and the
 * loop watches them again: it notices the end of a connection that no thread reads any more.
 *
 * Threads: every function runs with the GIL held, on any thread. */
#include "py/stream/read_direct.h"

#include "py/events/emitter.h"
#include "py/stream/duplex.h"
#include "py/stream/read_bytes.h"
#include "uvio/platform.h"

/* A socket that no thread has read for one to two such times is the loop's again. */
#define REVIEW_NS       ((uint64_t)50 * 1000000)

#define OF_DIRECT(link) ((struct pn_reads *)(void *)((char *)(link) - offsetof(struct pn_reads, direct)))

/* --- who reads --- */

/* Whether a listener, other than those of read_slot.c, could hear of what is read. */
static bool
is_heard(const PnDuplex *s)
{
    const PnState *st = s->em.st;
    const struct pn_names *n = &st->names;
    const struct pn_listeners *l = s->em.listeners;
    for (uint32_t i = 0; l != NULL && i < l->count; i++) {
        const PyObject *name = l->at[i].name;
        if ((name == n->data || name == n->readable || name == n->end || name == n->close) &&
            pn_entry_fn(&l->at[i]) != st->read_wait)
            return true;
    }
    return false;
}

static bool
waits_alone(const PnCall *c, const struct pn_reads *r)
{
    return pn_links_empty(&r->waiting) || (r->waiting.next == &c->place && r->waiting.prev == &c->place);
}

static bool
can_read(const PnCall *c)
{
    const PnDuplex *s = PN_DUPLEX(c->source);
    const struct pn_reads *r = s->r;
    return PN_HAS_DIRECT_READS && s->io != NULL && s->io->filter == NULL && s->connected && !s->destroyed &&
           !s->r_ended && s->errored == NULL && r != NULL && !r->direct_refused && !r->decoding && r->reader == NULL &&
           r->deferred_data.count == 0 && s->pipes == NULL && c->error == NULL && pn_waiter_polls(&c->w) &&
           waits_alone(c, r) && !is_heard(s);
}

static void
begin(PnDuplex *s)
{
    if (pn_read_direct_on(s))
        return;
    s->r->owner = s;
    pn_link_append(&s->em.st->direct_reads, &s->r->direct);
    pn_stream_direct_begin(s->em.st->loop, s->io);
    s->reading = 1; /* so nothing asks for more */
}

void
pn_read_direct_end_slow(PnDuplex *s)
{
    struct pn_stream *io = s->io;
    pn_link_remove(&s->r->direct);
    int status = io != NULL ? pn_stream_direct_end(s->em.st->loop, io) : 0;
    if (status != 0 && s->io == io)
        pn_duplex_read_failed(s, status);
}

void
pn_read_direct_heard(PnDuplex *s)
{
    if (pn_read_direct_on(s) && is_heard(s))
        pn_read_direct_end_slow(s);
}

/* --- reading --- */

/* Where the bytes land. 0, or -1 with MemoryError. */
static int
make_room(PnState *st)
{
    if (st->direct_room == NULL)
        st->direct_room = PyBytes_FromStringAndSize(NULL, PN_READ_SIZE);
    return st->direct_room != NULL ? 0 : -1;
}

/* Appends what has landed. A big read is not copied. 0, or -1 with MemoryError. */
static int
keep(PnDuplex *s, size_t len)
{
    PnState *st = s->em.st;
    PyObject *bytes = st->direct_room;
    if (len >= PN_READ_SIZE / 4 * 3) {
        st->direct_room = NULL;
        pn_read_bytes_set_size((PyBytesObject *)(void *)bytes, len);
    }
    else {
        bytes = pn_read_bytes_lend(st, PyBytes_AS_STRING(bytes), len);
    }
    int status = bytes != NULL ? pn_read_queue_push(&s->r->q, bytes) : -1;
    Py_XDECREF(bytes);
    return status;
}

/* 1: something has been read; 0: nothing is there; -1 with an exception. */
static int
read_now(PnDuplex *s)
{
    PnState *st = s->em.st;
    if (make_room(st) < 0)
        return -1;
    ssize_t n = pn_stream_recv(s->io, PyBytes_AS_STRING(st->direct_room), PN_READ_SIZE);
    if (n == UV_EAGAIN)
        return 0;
    if (n > 0) {
        pn_idle_touch_read(s);
        s->bytes_read += (size_t)n;
        if (keep(s, (size_t)n) == 0)
            return 1;
        pn_duplex_destroy_steal(s, NULL); /* it has lost bytes; the call will raise it, when `error` comes */
        return 0;
    }
    s->r->direct_refused = true;
    if (n == 0 || n == UV_ENOTSOCK || n == UV_EBADF)
        pn_read_direct_end_slow(s); /* the loop meets the end once more */
    else
        pn_duplex_read_failed(s, (int)n);
    return 0;
}

void
pn_read_direct_join(PnCall *c)
{
    if (can_read(c))
        begin(PN_DUPLEX(c->source));
    else
        pn_read_direct_end(PN_DUPLEX(c->source));
}

int
pn_read_direct_get(PnCall *c, int *fd)
{
    PnDuplex *s = PN_DUPLEX(c->source);
    pn_read_direct_join(c);
    if (!pn_read_direct_on(s))
        return 0;
    int status = read_now(s);
    if (status == 0 && pn_read_direct_on(s))
        *fd = pn_stream_fd(s->io);
    return status;
}

/* --- the review --- */

static int
arm(PnState *st)
{
    return pn_loop_arm(st->loop, &st->direct_review, uv_hrtime() + REVIEW_NS);
}

void
pn_read_direct_left(PnDuplex *s)
{
    PnState *st = s->em.st;
    if (!pn_read_direct_on(s))
        return;
    s->r->direct_used = true;
    if (!pn_timer_armed(&st->direct_review.t) && !st->closed && arm(st) != 0)
        pn_read_direct_end_slow(s);
}

/* True while the timer must look at it again. */
static bool
review(PnDuplex *s)
{
    struct pn_reads *r = s->r;
    if (!pn_links_empty(&r->waiting))
        return false; /* the thread notices all by itself, and leaves */
    if (r->direct_used) {
        r->direct_used = false;
        return true;
    }
    pn_read_direct_end_slow(s);
    return false;
}

static void
on_review(struct pn_loop_timer *timer)
{
    PnState *st = (PnState *)(void *)((char *)timer - offsetof(PnState, direct_review));
    struct pn_link todo;
    pn_links_init(&todo);
    while (!pn_links_empty(&st->direct_reads)) {
        struct pn_link *link = st->direct_reads.next;
        pn_link_remove(link);
        pn_link_append(&todo, link);
    }
    while (!pn_links_empty(&todo)) {
        struct pn_link *link = todo.next;
        PnDuplex *s = OF_DIRECT(link)->owner;
        pn_link_remove(link);
        pn_link_append(&st->direct_reads, link);
        if (review(s) && !pn_timer_armed(&timer->t) && arm(st) != 0)
            pn_read_direct_end(s);
    }
}

void
pn_read_direct_init(PnState *st)
{
    pn_links_init(&st->direct_reads);
    pn_loop_timer_init(&st->direct_review, on_review, false);
}
