/* poll_fds.c - poll() with nanoseconds, and pipes that do not block; see poll_fds.h. */
#include "uvio/posix/poll_fds.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

bool
pn_pipe_open(int fds[2])
{
    if (pipe(fds) < 0)
        return false;
    for (int i = 0; i < 2; i++) {
        (void)fcntl(fds[i], F_SETFD, FD_CLOEXEC);
        (void)fcntl(fds[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

void
pn_pipe_drain(int fd)
{
    char buf[256];
    while (read(fd, buf, sizeof(buf)) == (ssize_t)sizeof(buf))
        continue;
}

int
pn_poll(struct pollfd *fds, nfds_t count, int64_t ns)
{
#ifdef __linux__
    struct timespec ts = {.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)};
    return ppoll(fds, count, ns >= 0 ? &ts : NULL, NULL);
#else
    int64_t ms = ns < 0 ? -1 : (ns + 999999) / 1000000;
    return poll(fds, count, ms > 1000000000 ? 1000000000 : (int)ms);
#endif
}
