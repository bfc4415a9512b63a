/* wake_fd.c - wakes a thread that waits in poll(); see wake_fd.h. */
#ifdef __linux__
#include <sys/eventfd.h>
#endif
#include "uvio/wake_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

bool
pn_wake_fd_open(struct pn_wake_fd *w)
{
#ifdef __linux__
    w->read = w->write = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return w->read >= 0;
#else
    int fds[2];
    w->read = w->write = -1;
    if (pipe(fds) < 0)
        return false;
    for (int i = 0; i < 2; i++) {
        (void)fcntl(fds[i], F_SETFD, FD_CLOEXEC);
        (void)fcntl(fds[i], F_SETFL, O_NONBLOCK);
    }
    w->read = fds[0];
    w->write = fds[1];
    return true;
#endif
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
    char buf[256];
    while (read(w->read, buf, sizeof(buf)) == (ssize_t)sizeof(buf))
        continue;
}

static int
wait_for(struct pollfd *fds, nfds_t count, int64_t ns)
{
#ifdef __linux__
    struct timespec ts = {.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)};
    return ppoll(fds, count, ns >= 0 ? &ts : NULL, NULL);
#else
    int64_t ms = ns < 0 ? -1 : (ns + 999999) / 1000000;
    return poll(fds, count, ms > 1000000000 ? 1000000000 : (int)ms);
#endif
}

unsigned
pn_wake_fd_wait(const struct pn_wake_fd *w, int fd, int64_t ns)
{
    struct pollfd fds[2] = {{.fd = w->read, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    int count = wait_for(fds, fd >= 0 ? 2 : 1, ns);
    if (count < 0)
        return PN_WAKE_INTERRUPTED;
    return (fds[0].revents != 0 ? PN_WAKE_SET : 0u) | (fds[1].revents != 0 ? PN_WAKE_READABLE : 0u);
}
