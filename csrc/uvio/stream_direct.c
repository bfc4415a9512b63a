/* stream_direct.c - a stream that a thread reads itself, while the loop does not watch its descriptor (declared in
 * stream.h).
 *
 * For the loop it goes on reading, in all but the watching: it counts as work, and when the thread does not read any
 * more the loop reads on, where the thread has stopped.
 *
 * Threads: the lock is held everywhere, so the loop and a thread never read at the same time. */
#include "uvio/net.h"
#include "uvio/stream.h"

void
pn_stream_direct_begin(struct pn_loop *loop, struct pn_stream *s)
{
    if (s->direct || s->closing)
        return;
    pn_stream_read_stop(s);
    s->direct = s->reading = true;
    if (!s->unref)
        loop->direct++;
}

int
pn_stream_direct_end(struct pn_loop *loop, struct pn_stream *s)
{
    if (!s->direct || s->closing)
        return 0;
    pn_stream_direct_forget(loop, s);
    return pn_stream_read_start(s);
}

ssize_t
pn_stream_recv(const struct pn_stream *s, void *base, size_t len)
{
    return pn_recv(pn_stream_fd(s), base, len, MSG_DONTWAIT);
}
