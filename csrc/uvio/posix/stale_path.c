/* stale_path.c - listen(unlink_stale=True): unlinks a unix path on which no server listens any more; see
 * stale_path.h. */
#include "uvio/posix/stale_path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "uvio/posix/sockaddr_un.h"

#define LOCK_TRIES 50 /* 1 ms apart: the other processes hold the lock for microseconds */

static bool
is_named(const char *path, size_t len, struct sockaddr_un *sa, socklen_t *sa_len)
{
    return pn_path_to_sockaddr(path, len, sa, sa_len) == 0 && sa->sun_path[0] != '\0';
}

int
pn_stale_lock(const char *path, size_t len)
{
    struct sockaddr_un sa;
    socklen_t sa_len;
    if (!is_named(path, len, &sa, &sa_len))
        return -1;
    char *slash = strrchr(sa.sun_path, '/');
    if (slash == NULL)
        memcpy(sa.sun_path, ".", 2);
    else if (slash == sa.sun_path)
        slash[1] = '\0';
    else
        *slash = '\0';
    int lock = open(sa.sun_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0)
        return -1;
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(lock, LOCK_EX | LOCK_NB) == 0)
            return lock;
        if (errno != EWOULDBLOCK && errno != EINTR)
            break;
        struct timespec pause = {.tv_nsec = 1000000};
        (void)nanosleep(&pause, NULL);
    }
    close(lock);
    return -1;
}

void
pn_stale_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}

/* Returns whether connect() is refused: there is a socket, and no process listens on it. */
static bool
refuses(const struct sockaddr_un *sa, socklen_t len)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0)
        return false;
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(fd, F_SETFL, O_NONBLOCK); /* do not wait for a full queue: EAGAIN means that a process listens */
    bool refused = connect(fd, (const struct sockaddr *)sa, len) < 0 && errno == ECONNREFUSED;
    close(fd);
    return refused;
}

bool
pn_stale_unlink(const char *path, size_t len)
{
    struct sockaddr_un sa;
    socklen_t sa_len;
    struct stat before, after;
    if (!is_named(path, len, &sa, &sa_len))
        return false;
    if (lstat(sa.sun_path, &before) < 0)
        return errno == ENOENT;
    if (!S_ISSOCK(before.st_mode) || !refuses(&sa, sa_len))
        return false;
    if (lstat(sa.sun_path, &after) < 0)
        return errno == ENOENT;
    if (after.st_dev != before.st_dev || after.st_ino != before.st_ino)
        return false;
    return unlink(sa.sun_path) == 0 || errno == ENOENT;
}
