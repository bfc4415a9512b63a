/* sockopt.c - sets socket options of a stream (declared in stream.h): TCP_NODELAY, keep-alive, IP_TOS. It does not use libuv's helpers,
 * since they differ between its versions. */
#include "uvio/net.h"
#include "uvio/stream.h"

static int
set_int(int fd, int level, int name, int value)
{
    return setsockopt(pn_sock(fd), level, name, pn_opt(&value), sizeof(value)) < 0 ? pn_sock_status() : 0;
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
    return pn_stream_set_keep_alive_probes(s, on, idle, 0, 0);
}

int
pn_stream_set_keep_alive_probes(struct pn_stream *s, bool on, unsigned idle, unsigned interval, unsigned count)
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
        status = set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, interval != 0 ? (int)interval : 1);
    if (status == 0)
        status = set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, count != 0 ? (int)count : 10);
    return status;
}

/* Returns 4, 6, or 0 if the stream is not a TCP socket. */
static int
family_of(const struct pn_stream *s)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);
    if (s->kind != PN_STREAM_TCP || getsockname(pn_sock(pn_stream_fd(s)), (struct sockaddr *)&sa, &len) < 0)
        return 0;
    return sa.ss_family == AF_INET6 ? 6 : sa.ss_family == AF_INET ? 4 : 0;
}

int
pn_stream_set_tos(struct pn_stream *s, unsigned tos)
{
    int fd = pn_stream_fd(s);
    int family = family_of(s);
    if (family == 0)
        return 0;
    /* An IPv6 socket may have an IPv4 peer, whose packets carry the IPv4 field. */
    int status = set_int(fd, IPPROTO_IP, IP_TOS, (int)tos);
    return family == 6 ? set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, (int)tos) : status;
}

int
pn_stream_get_tos(const struct pn_stream *s)
{
    int family = family_of(s), value = 0;
    int fd = pn_stream_fd(s);
    socklen_t len = sizeof(value);
    int status = family == 6 ? getsockopt(pn_sock(fd), IPPROTO_IPV6, IPV6_TCLASS, pn_opt_out(&value), &len)
                             : getsockopt(pn_sock(fd), IPPROTO_IP, IP_TOS, pn_opt_out(&value), &len);
    return status < 0 ? pn_sock_status() : value & 0xff;
}

/* --- any option --- */

int
pn_stream_set_option(struct pn_stream *s, int level, int name, const void *value, size_t len)
{
    int r = setsockopt(pn_sock(pn_stream_fd(s)), level, name, pn_opt(value), (socklen_t)len);
    return r < 0 ? pn_sock_status() : 0;
}

int
pn_stream_get_option(const struct pn_stream *s, int level, int name, void *value, size_t *len)
{
    socklen_t size = (socklen_t)*len;
    int r = getsockopt(pn_sock(pn_stream_fd(s)), level, name, pn_opt_out(value), &size);
    *len = (size_t)size;
    return r < 0 ? pn_sock_status() : 0;
}
