/* wake_fd.c - wakes a thread that waits in poll(); see wake_fd.h. */
#ifdef __linux__
#include <sys/eventfd.h>
#endif
#include "uvio/wake_fd.h"

#include <errno.h>
#include <unistd.h>

#include "uvio/posix/poll_fds.h"

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
