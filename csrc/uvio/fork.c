/* fork.c - what the child of a fork does with the parent's loop: let go of every descriptor, touch nothing else.
 *
 * The child may be in the middle of the parent's uv_run() (a listener forked). That call goes on until it returns,
 * so its memory stays; its descriptors must not be the parent's any more. */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/epoll.h>
#endif

#include "listener.h"
#include "loop.h"
#include "stream.h"

static void
cover(int placeholder, int fd)
{
    if (fd < 0)
        return;
    (void)dup2(placeholder, fd);
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void
cover_handle(uv_handle_t *handle, void *arg)
{
    int placeholder = *(int *)arg;
    struct pn_stream *s = pn_stream_of_handle(handle);
    struct pn_listener *l = pn_listener_of_handle(handle);
    if (s != NULL) {
        cover(placeholder, pn_stream_fd(s));
        pn_stream_forget_file(s);
    }
    else if (l != NULL) {
        cover(placeholder, l->fd);
        pn_path_file_forget(&l->file); /* the parent's */
    }
}

void
pn_loop_abandon(struct pn_loop *loop)
{
    loop->dead = 1;
    loop->polling = 0;
    int placeholder = socket(AF_UNIX, SOCK_STREAM, 0);
    if (placeholder < 0)
        placeholder = open("/dev/null", O_RDONLY);
    if (placeholder < 0 && loop->reserve_fd >= 0) { /* there are no more: this one is for that */
        close(loop->reserve_fd);
        loop->reserve_fd = -1;
        placeholder = socket(AF_UNIX, SOCK_STREAM, 0);
    }
    uv_walk(&loop->uv, cover_handle, &placeholder);
    cover(placeholder, loop->reserve_fd);
    cover(placeholder, loop->wake_read);
    cover(placeholder, loop->wake_write);
    close(placeholder);
#ifdef __linux__
    int backend = epoll_create1(EPOLL_CLOEXEC);
    if (backend >= 0) {
        (void)dup3(backend, uv_backend_fd(&loop->uv), O_CLOEXEC);
        close(backend);
    }
#endif
    if (loop->resolver != NULL)
        pn_resolver_abandon(loop->resolver);
}
