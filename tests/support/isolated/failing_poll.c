/* failing_poll.c - preloaded into a process: the next event of a chosen descriptor is an error (EPOLLERR) instead. */
#include <dlfcn.h>
#include <stddef.h>
#include <sys/epoll.h>

static int chosen = -1;

void
fail_next_event(int fd)
{
    chosen = fd;
}

static int
falsify(struct epoll_event *events, int count)
{
    for (int i = 0; i < count; i++) {
        if (chosen < 0 || events[i].data.fd != chosen)
            continue;
        events[i].events = EPOLLERR;
        chosen = -1;
    }
    return count;
}

int
epoll_wait(int epfd, struct epoll_event *events, int max, int timeout)
{
    int (*real)(int, struct epoll_event *, int, int) = dlsym(RTLD_NEXT, "epoll_wait");
    return falsify(events, real(epfd, events, max, timeout));
}

int
epoll_pwait(int epfd, struct epoll_event *events, int max, int timeout, const sigset_t *set)
{
    int (*real)(int, struct epoll_event *, int, int, const sigset_t *) = dlsym(RTLD_NEXT, "epoll_pwait");
    return falsify(events, real(epfd, events, max, timeout, set));
}
