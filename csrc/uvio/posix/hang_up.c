/* hang_up.c - asks the kernel what a hang-up means, since newer libuvs take each for an end; see hang_up.h.
 *
 * Threads: the lock is held everywhere. */
#include "uvio/posix/hang_up.h"

#include <errno.h>
#include <sys/socket.h>
#include <uv.h>

ssize_t
pn_hang_up_status(int fd)
{
    char byte;
    ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno == ENOTSOCK)) /* of a pipe, libuv has read all that there was */
        return UV_EOF;
    if (n > 0 || errno == EAGAIN || errno == EINTR)
        return 0;
    return uv_translate_sys_error(errno);
}
