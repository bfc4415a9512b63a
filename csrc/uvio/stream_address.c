/* stream_address.c - the addresses of both ends of a stream (declared in stream.h).
 *
 * Threads: the lock is held everywhere. */
#include "uvio/net.h"
#include "uvio/sockaddr.h"
#include "uvio/stream.h"

static bool
name_of(const struct pn_stream *s, bool peer, struct pn_addr *out)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);
    int fd = pn_stream_fd(s);
    if (s->kind != PN_STREAM_TCP)
        return false;
    if ((peer ? getpeername(pn_sock(fd), (struct sockaddr *)&sa, &len)
              : getsockname(pn_sock(fd), (struct sockaddr *)&sa, &len)) < 0)
        return false;
    return pn_addr_from_sockaddr((const struct sockaddr *)&sa, out);
}

bool
pn_stream_local(const struct pn_stream *s, struct pn_addr *out)
{
    return name_of(s, false, out);
}

bool
pn_stream_peer(const struct pn_stream *s, struct pn_addr *out)
{
    if (s->peer.family == 0)
        return name_of(s, true, out);
    *out = s->peer;
    return true;
}
