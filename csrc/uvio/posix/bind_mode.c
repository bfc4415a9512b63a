/* bind_mode.c - binds in a child process with a umask of its own; see bind_mode.h.
 *
 * chmod() after bind() comes late: clients may have connected, and the path may be a symlink to another file by then.
 * No call changes the mode by the descriptor of a socket. What is left is the umask, which bind() applies; but all
 * threads of a process share it. A child has its own. It binds the descriptor, which both share, and exits.
 *
 * On Linux the child borrows the memory of its parent, as that of vfork(), and ends without SIGCHLD: no handler runs,
 * and no waitpid() of the program sees it. */
#include "uvio/posix/bind_mode.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sched.h>
#endif

#include <uv.h>

#include "uvio/signal_mask.h"

struct job {
    int fd;
    const struct sockaddr *sa;
    socklen_t len;
    mode_t mode;
};

/* The child. Returns its exit status: an errno value, or 0. */
static int
bind_alone(void *arg)
{
    const struct job *job = arg;
    (void)umask(~job->mode & 0777);
    return bind(job->fd, job->sa, job->len) == 0 ? 0 : errno;
}

#ifdef __linux__

#define WAIT_FLAGS  ((int)__WCLONE) /* a child that ends without a signal */
#define STACK_BYTES 16384

static pid_t
start_child(struct job *job)
{
    _Alignas(16) char stack[STACK_BYTES]; /* in use while this function waits in clone() */
    return clone(bind_alone, stack + sizeof(stack), CLONE_VM | CLONE_VFORK, job);
}

#else

#define WAIT_FLAGS 0

static pid_t
start_child(struct job *job)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(bind_alone(job));
    return pid;
}

#endif

static bool
is_bound(int fd)
{
    struct sockaddr_un sa;
    socklen_t len = sizeof(sa);
    return getsockname(fd, (struct sockaddr *)&sa, &len) == 0 && len > offsetof(struct sockaddr_un, sun_path) &&
           sa.sun_path[0] != '\0';
}

int
pn_bind_with_mode(int fd, const struct sockaddr *sa, socklen_t len, mode_t mode)
{
    struct job job = {fd, sa, len, mode};
    pn_signal_mask old;
    int status = 0;
    pid_t waited;
    pn_signals_block_all(&old); /* no handler of the program runs in the child */
    pid_t pid = start_child(&job);
    int err = errno;
    pn_signals_restore(&old);
    if (pid < 0)
        return uv_translate_sys_error(err);
    do
        waited = waitpid(pid, &status, WAIT_FLAGS);
    while (waited < 0 && errno == EINTR);
    if (waited == pid && WIFEXITED(status))
        return WEXITSTATUS(status) == 0 ? 0 : uv_translate_sys_error(WEXITSTATUS(status));
    return is_bound(fd) ? 0 : UV_EACCES; /* it was killed, or a waitpid() of the program has reaped it */
}
