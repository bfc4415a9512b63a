/* filter.h - a filter between the handle of a stream and its halves: TLS. The handle has the bytes of the wire, the halves
 * those of the user.
 *
 * `filter` of the handle points to it. With one, `can_send` of the stream stays false, so every write goes through the
 * queue; no thread reads the handle itself; and the functions here stand in for those of uvio/stream.h. */
#ifndef PN_PY_STREAM_FILTER_H
#define PN_PY_STREAM_FILTER_H

#include "py/stream/duplex_object.h"

struct pn_filter_ops {
    /* Bytes of the wire, or a status as for struct pn_stream_events. Within a turn. */
    void (*received)(PnDuplex *s, ssize_t nread, char *base);
    /* There may be something in the write queue that may leave, and it is not `busy`. Takes it, by pn_writes_left(); or
     * sets `busy`, and calls pn_writable_written() later. Any thread may call it, and it may release the GIL. */
    void (*flush)(PnDuplex *s);
    /* The request of the handle is done, or failed. */
    void (*written)(PnDuplex *s, struct pn_stream *io, int status);
    /* Ends the writable half, when everything before has left; `shutdown` of the handle follows. */
    void (*shutdown)(PnDuplex *s);
    /* The reading half wants bytes, or none. 0, or a status. */
    int (*read_start)(PnDuplex *s);
    void (*read_stop)(PnDuplex *s);
    /* The stream is destroyed, its handle is about to be closed. Runs no user code. */
    void (*cut)(PnDuplex *s);
};

struct pn_filter {
    const struct pn_filter_ops *ops;
};

/* The filter of a stream that has a handle; NULL: none. */
static inline struct pn_filter *
pn_filter_of(const PnDuplex *s)
{
    return s->io->filter;
}

static inline bool
pn_is_filtered(const PnDuplex *s)
{
    return s->io != NULL && s->io->filter != NULL;
}

static inline int
pn_filter_read_start(PnDuplex *s)
{
    return s->io->filter != NULL ? pn_filter_of(s)->ops->read_start(s) : pn_stream_read_start(s->io);
}

static inline void
pn_filter_read_stop(PnDuplex *s)
{
    if (s->io->filter != NULL)
        pn_filter_of(s)->ops->read_stop(s);
    else
        pn_stream_read_stop(s->io);
}

static inline void
pn_filter_shutdown(PnDuplex *s)
{
    if (s->io->filter != NULL)
        pn_filter_of(s)->ops->shutdown(s);
    else
        pn_stream_shutdown(s->io);
}

#endif
