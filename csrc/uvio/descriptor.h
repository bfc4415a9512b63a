/* descriptor.h - descriptors of users that become streams: looked at first, then taken over. */
#ifndef PN_UVIO_DESCRIPTOR_H
#define PN_UVIO_DESCRIPTOR_H

#include "stream.h"

/* Which kind of stream it would be. -1 when it is none: `*what` is then what it is ("FILE", "UDP", "UNKNOWN", ...). */
int pn_descriptor_kind(int fd, enum pn_stream_kind *kind, const char **what);
/* A stream, a listener or the loop itself has this number. */
bool pn_descriptor_is_ours(struct pn_loop *loop, int fd);
/* A duplicate becomes a stream and `fd` is closed; 0, 1 and 2 stay open, and block again when the stream is closed if they
 * did before. NULL with `*status` set: `fd` is as it was. */
struct pn_stream *pn_stream_take(struct pn_loop *loop, enum pn_stream_kind kind, int fd,
                                 const struct pn_stream_events *events, void *owner, int *status);
/* A duplicate for somebody else, or a negative status. */
int pn_stream_duplicate(const struct pn_stream *s);
/* It waits for connections, and will never have anything to read. */
bool pn_stream_is_listening(const struct pn_stream *s);
/* No unix socket, but what pipe(2) and mkfifo(3) make. */
bool pn_stream_is_fifo(const struct pn_stream *s);

#endif
