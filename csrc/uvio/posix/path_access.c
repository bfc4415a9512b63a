/* path_access.c - sets the group and the mode of the file of a unix path; see path_access.h.
 *
 * A symlink or another file may have replaced it. On Linux a descriptor with O_PATH names the file itself; elsewhere the
 * path is used, and no symlink is followed. */
#include "uvio/path_access.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

static int
last_error(void)
{
    return uv_translate_sys_error(errno);
}

static bool
is_same(const struct pn_path_file *f, const struct stat *st)
{
    return S_ISSOCK(st->st_mode) && st->st_dev == f->dev && st->st_ino == f->ino;
}

#ifdef __linux__

/* Returns a descriptor, or a status. */
static int
open_file(const struct pn_path_file *f, struct stat *st)
{
    int fd = open(f->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return last_error();
    if (fstat(fd, st) == 0 && is_same(f, st))
        return fd;
    close(fd);
    return UV_ENOENT;
}

static int
set_group(const struct pn_path_file *f, int fd, uint32_t group)
{
    (void)f;
    return fchownat(fd, "", (uid_t)-1, (gid_t)group, AT_EMPTY_PATH) == 0 ? 0 : last_error();
}

/* fchmod() refuses such a descriptor, and fchmodat() takes no AT_EMPTY_PATH before Linux 6.6. */
static int
set_mode(const struct pn_path_file *f, int fd, int mode)
{
    char link[32];
    (void)f;
    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    if (chmod(link, (mode_t)mode) == 0)
        return 0;
    return errno == ENOENT ? UV_ENOTSUP : last_error(); /* ENOENT: /proc is not mounted */
}

static void
close_file(int fd)
{
    close(fd);
}

#else

static int
open_file(const struct pn_path_file *f, struct stat *st)
{
    if (lstat(f->path, st) < 0)
        return last_error();
    return is_same(f, st) ? 0 : UV_ENOENT;
}

static int
set_group(const struct pn_path_file *f, int fd, uint32_t group)
{
    (void)fd;
    return lchown(f->path, (uid_t)-1, (gid_t)group) == 0 ? 0 : last_error();
}

static int
set_mode(const struct pn_path_file *f, int fd, int mode)
{
    (void)fd;
    return fchmodat(AT_FDCWD, f->path, (mode_t)mode, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : last_error();
}

static void
close_file(int fd)
{
    (void)fd;
}

#endif

int
pn_path_access_apply(const struct pn_path_file *f, struct pn_path_access *a)
{
    struct stat st;
    bool changes_group = a->group != PN_GROUP_UNCHANGED, changes_mode = a->mode != PN_MODE_BY_UMASK;
    if (!changes_group && !changes_mode)
        return 0;
    a->failed = changes_group ? "chown" : "chmod";
    int fd = f->path != NULL ? open_file(f, &st) : UV_ENOENT;
    if (fd < 0)
        return fd;
    int status = changes_group && (uint32_t)st.st_gid != a->group ? set_group(f, fd, a->group) : 0;
    if (status == 0 && changes_mode && (int)(st.st_mode & 0777) != a->mode) {
        a->failed = "chmod";
        status = set_mode(f, fd, a->mode);
    }
    if (status == 0)
        a->failed = NULL;
    close_file(fd);
    return status;
}
