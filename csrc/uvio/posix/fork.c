/* fork.c - replaces the descriptors of all streams and listeners in the child of a fork (declared in handles.h). */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/epoll.h>
#endif

#include "uvio/handles.h"
#include "uvio/listener.h"

/* A listener may fork within the parent's uv_run(). That call continues in the child until it returns, so its memory
 * stays allocated, but it must not touch the descriptors of the parent. */
static void
neutralize(int placeholder, int fd)
{
    if (fd < 0)
        return;
    (void)dup2(placeholder, fd);
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void
neutralize_handle(uv_handle_t *handle, void *arg)
{
    int placeholder = *(int *)arg;
    struct pn_stream *s = pn_stream_of_handle(handle);
    struct pn_listener *l = pn_listener_of_handle(handle);
    if (s != NULL) {
        neutralize(placeholder, pn_stream_fd(s));
        pn_stream_forget_file(s);
    }
    else if (l != NULL) {
        neutralize(placeholder, l->fd);
        pn_path_file_forget(&l->file); /* the file is the parent's */
    }
}

void
pn_handles_after_fork(struct pn_loop *loop)
{
    loop->dead = 1;
    loop->polling = 0;
    pn_brake_unmap(&loop->brake, 0);
    int placeholder = socket(AF_UNIX, SOCK_STREAM, 0);
    if (placeholder < 0)
        placeholder = open("/dev/null", O_RDONLY);
    if (placeholder < 0 && loop->reserve_fd >= 0) { /* no descriptors left: the reserve exists for this case */
        close(loop->reserve_fd);
        loop->reserve_fd = -1;
        placeholder = socket(AF_UNIX, SOCK_STREAM, 0);
    }
    uv_walk(&loop->uv, neutralize_handle, &placeholder);
    neutralize(placeholder, loop->reserve_fd);
    neutralize(placeholder, loop->wake_read);
    neutralize(placeholder, loop->wake_write);
    neutralize(placeholder, loop->embed.fd);
    neutralize(placeholder, loop->embed.timer_fd);
    close(placeholder);
#ifdef __linux__
    int backend = epoll_create1(EPOLL_CLOEXEC);
    if (backend >= 0) {
        (void)dup3(backend, loop->backend, O_CLOEXEC);
        close(backend);
    }
#endif
    if (loop->resolver != NULL)
        pn_resolver_abandon(loop->resolver);
}
