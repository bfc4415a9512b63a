/* linger.c - closes a stream that has unread input without a reset: reads and drops the input first.
 *
 * The kernel answers a close with unread input by a reset, which makes the peer lose what it has not read yet. Owns the
 * stream until it closes it; its owner hears of that only. */
#include <stdlib.h>

#include "uvio/path_file.h"
#include "uvio/stream.h"

struct pn_linger {
    struct pn_loop_timer timer;            /* first */
    const struct pn_stream_events *events; /* of the owner */
    struct pn_stream *stream;              /* borrowed */
    struct pn_loop *loop;
    size_t left; /* bytes that may still be read */
};

/* --- events --- */

static void
on_time(struct pn_loop_timer *t)
{
    pn_stream_close(((struct pn_linger *)(void *)t)->stream);
}

static void
on_read(struct pn_stream *s, ssize_t nread, char *base)
{
    struct pn_linger *l = s->linger;
    (void)base;
    if (nread < 0 || (size_t)nread >= l->left)
        pn_stream_close(s);
    else
        l->left -= (size_t)nread;
}

static void
on_status(struct pn_stream *s, int status)
{
    (void)s;
    (void)status;
}

static bool
on_destroy(struct pn_stream *s)
{
    pn_stream_close(s);
    return false;
}

/* At exit: the owner cuts its ties. */
static void
on_abandon(struct pn_stream *s)
{
    pn_stream_close(s);
}

static void
on_close_in_order(struct pn_stream *s, bool handlers_work)
{
    (void)handlers_work;
    pn_stream_close(s);
}

static bool
has_unsent(const struct pn_stream *s)
{
    (void)s;
    return true;
}

/* The stream belongs to its owner again. */
static void
before_close(struct pn_stream *s)
{
    struct pn_linger *l = s->linger;
    pn_loop_disarm(l->loop, &l->timer);
    s->events = l->events;
    s->file = NULL;
    s->lingering = false;
    free(l);
}

static const struct pn_stream_events linger_events = {
    .read = on_read,
    .connected = on_status,
    .written = on_status,
    .shutdown = on_status,
    .close_in_order = on_close_in_order,
    .destroy = on_destroy,
    .abandon = on_abandon,
    .has_unsent = has_unsent,
    .before_close = before_close,
};

/* --- begin and end --- */

void
pn_stream_linger(struct pn_loop *loop, struct pn_stream *s, size_t bytes, uint64_t ns)
{
    struct pn_linger *l = s->closing ? NULL : calloc(1, sizeof(*l));
    if (l == NULL) {
        pn_stream_close(s);
        return;
    }
    if (s->file != NULL) {
        pn_path_file_unlink(s->file);
        pn_stream_forget_file(s);
    }
    pn_link_remove(&s->group);
    l->events = s->events;
    l->stream = s;
    l->loop = loop;
    l->left = bytes;
    s->linger = l;
    s->lingering = true;
    s->events = &linger_events;
    s->own_buffer = false;
    pn_loop_timer_init(&l->timer, on_time, false);
    if (pn_stream_read_start(s) != 0 || pn_loop_arm(loop, &l->timer, uv_hrtime() + ns) != 0)
        pn_stream_close(s);
}
