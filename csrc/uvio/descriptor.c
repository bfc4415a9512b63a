/* descriptor.c - descriptors of users, see descriptor.h. */
#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "listener.h"

int
pn_descriptor_kind(int fd, enum pn_stream_kind *kind, const char **what)
{
    switch (uv_guess_handle(fd)) {
    case UV_TCP:
        *kind = PN_STREAM_TCP;
        return 0;
    case UV_NAMED_PIPE:
        *kind = PN_STREAM_PIPE;
        return 0;
    case UV_FILE:
        *what = "FILE";
        break;
    case UV_TTY:
        *what = "TTY";
        break;
    case UV_UDP:
        *what = "UDP";
        break;
    default:
        *what = "UNKNOWN";
        break;
    }
    return -1;
}

struct search {
    int fd;
    bool found;
};

static void
compare(uv_handle_t *handle, void *arg)
{
    struct search *search = arg;
    const struct pn_stream *s = pn_stream_of_handle(handle);
    const struct pn_listener *l = pn_listener_of_handle(handle);
    if ((s != NULL && pn_stream_fd(s) == search->fd) || (l != NULL && l->fd == search->fd))
        search->found = true;
}

bool
pn_descriptor_is_ours(struct pn_loop *loop, int fd)
{
    struct search search = {.fd = fd};
    uv_walk(&loop->uv, compare, &search);
    return search.found || fd == loop->wake_read || fd == loop->wake_write || fd == loop->reserve_fd ||
           fd == uv_backend_fd(&loop->uv);
}

/* Above those that libuv takes for the standard streams, and would not close. */
static int
duplicate(int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    return copy >= 0 ? copy : uv_translate_sys_error(errno);
}

struct pn_stream *
pn_stream_take(struct pn_loop *loop, enum pn_stream_kind kind, int fd, const struct pn_stream_events *events,
               void *owner, int *status)
{
    int flags = fcntl(fd, F_GETFL);
    int copy = duplicate(fd);
    if (copy < 0) {
        *status = copy;
        return NULL;
    }
    struct pn_stream *s = pn_stream_open(loop, kind, copy, events, owner, status);
    if (s == NULL) {
        (void)fcntl(fd, F_SETFL, flags); /* which all duplicates have together */
        return NULL;
    }
    if (fd > STDERR_FILENO)
        close(fd);
    else
        s->block_again = (flags & O_NONBLOCK) == 0;
    return s;
}

int
pn_stream_duplicate(const struct pn_stream *s)
{
    return duplicate(pn_stream_fd(s));
}

bool
pn_stream_is_listening(const struct pn_stream *s)
{
    int on = 0;
    socklen_t len = sizeof(on);
    return getsockopt(pn_stream_fd(s), SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 && on != 0;
}

bool
pn_stream_is_fifo(const struct pn_stream *s)
{
    struct stat st;
    return s->kind == PN_STREAM_PIPE && fstat(pn_stream_fd(s), &st) == 0 && S_ISFIFO(st.st_mode);
}
