/* sockopt.c - socket options of a stream, set by us: libuv's helpers differ between its versions. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "stream.h"

static int
set_int(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof(value)) < 0 ? uv_translate_sys_error(errno) : 0;
}

int
pn_stream_set_no_delay(struct pn_stream *s, bool on)
{
    if (s->kind != PN_STREAM_TCP)
        return 0;
    return set_int(pn_stream_fd(s), IPPROTO_TCP, TCP_NODELAY, on);
}

int
pn_stream_set_keep_alive(struct pn_stream *s, bool on, unsigned idle)
{
    if (s->kind != PN_STREAM_TCP)
        return 0;
    int fd = pn_stream_fd(s);
    int status = set_int(fd, SOL_SOCKET, SO_KEEPALIVE, on);
    if (status != 0 || !on || idle == 0)
        return status;
#ifdef TCP_KEEPIDLE
    status = set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, (int)idle);
#elif defined(TCP_KEEPALIVE)
    status = set_int(fd, IPPROTO_TCP, TCP_KEEPALIVE, (int)idle);
#endif
    if (status == 0)
        status = set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, 1);
    if (status == 0)
        status = set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, 10);
    return status;
}
