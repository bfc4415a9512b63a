/* wake_fd.c - wakes a thread that waits in poll(); see wake_fd.h. */
#ifdef __linux__
#include <sys/eventfd.h>
#endif
#include "uvio/wake_fd.h"

#include <errno.h>
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

bool
pn_wake_fd_open(struct pn_wake_fd *w)
{
#ifdef __linux__
    w->read = w->write = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
#else
    int fds[2];
    bool opened = pn_pipe_open(fds);
    w->read = opened ? fds[0] : -1;
    w->write = opened ? fds[1] : -1;
#endif
    return w->read >= 0;
}

void
pn_wake_fd_close(struct pn_wake_fd *w)
{
    if (w->read >= 0)
        close(w->read);
    if (w->write >= 0 && w->write != w->read)
        close(w->write);
    w->read = w->write = -1;
}

void
pn_wake_fd_set(const struct pn_wake_fd *w)
{
    uint64_t one = 1; /* an eventfd takes 8 bytes */
    while (write(w->write, &one, sizeof(one)) < 0 && errno == EINTR)
        continue;
}

void
pn_wake_fd_clear(const struct pn_wake_fd *w)
{
    pn_pipe_drain(w->read);
}

unsigned
pn_wake_fd_wait(const struct pn_wake_fd *w, int fd, int64_t ns)
{
    struct pollfd fds[2] = {{.fd = w->read, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    int count = pn_poll(fds, fd >= 0 ? 2 : 1, ns);
    if (count < 0)
        return PN_WAKE_INTERRUPTED;
    return (fds[0].revents != 0 ? PN_WAKE_SET : 0u) | (fds[1].revents != 0 ? PN_WAKE_READABLE : 0u);
}
