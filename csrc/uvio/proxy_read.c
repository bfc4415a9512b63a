/* proxy_read.c - reads the header of the PROXY protocol: looks at what came by MSG_PEEK, then takes what belongs to it; see
 * proxy_read.h. */
#include "uvio/proxy_read.h"

#include "uvio/fd.h"
#include "uvio/net.h"

/* Nearly every header fits; a longer one is read in two steps. */
#define FIRST_LOOK 232

/* How many bytes to look at, where `len` are known: up to the end of the header, once its length is known. */
static size_t
wanted(const uint8_t *bytes, size_t len)
{
    if (len < PN_PROXY_V2_FIXED || bytes[0] == 'P')
        return len < FIRST_LOOK ? FIRST_LOOK - len : 1;
    return PN_PROXY_V2_FIXED + ((size_t)bytes[14] << 8 | bytes[15]) - len;
}

int
pn_proxy_read(int fd, uint8_t *bytes, size_t *len)
{
    for (;;) {
        size_t want = wanted(bytes, *len), used;
        ssize_t n = pn_recv(fd, bytes + *len, want, MSG_PEEK);
        if (n <= 0)
            return n == 0 ? UV_EOF : n == UV_EAGAIN ? PN_PROXY_MORE : (int)n;
        enum pn_proxy_status status = pn_proxy_scan(bytes, *len + (size_t)n, &used);
        if (status == PN_PROXY_INVALID || status == PN_PROXY_TOO_LONG) {
            *len += (size_t)n;
            return (int)status;
        }
        ssize_t taken = pn_recv(fd, bytes + *len, used - *len, 0);
        if (taken < 0)
            return (int)taken;
        *len += (size_t)taken;
        if (*len != used) /* code outside pynet reads the descriptor, too */
            return UV_EIO;
        if (status == PN_PROXY_WHOLE || (size_t)n < want)
            return (int)status;
    }
}

void
pn_proxy_reset(int fd)
{
    struct linger off = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(pn_sock(fd), SOL_SOCKET, SO_LINGER, pn_opt(&off), sizeof(off));
    pn_fd_close(fd);
}
