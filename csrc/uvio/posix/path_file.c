/* path_file.c - finds the file that a bind has made, by device and inode, and unlinks it only if it is still that file;
 * see path_file.h. */
#include "uvio/path_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

/* Returns the real path of the folder that `path` is in. NULL with errno on failure. The caller frees it. */
static char *
folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return realpath(".", NULL);
    char *folder = strndup(path, slash == path ? 1 : (size_t)(slash - path));
    char *real = folder != NULL ? realpath(folder, NULL) : NULL;
    int err = errno;
    free(folder);
    errno = err;
    return real;
}

/* Returns `path` with its folder resolved; unchanged if the folder cannot be resolved. NULL: no memory is left. The
 * caller frees it. */
static char *
resolved(const char *path)
{
    char *folder = folder_of(path);
    if (folder == NULL)
        return errno == ENOMEM ? NULL : strdup(path);
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    size_t folder_len = strcmp(folder, "/") != 0 ? strlen(folder) : 0, name_len = strlen(name);
    char *whole = malloc(folder_len + name_len + 2);
    if (whole != NULL) {
        memcpy(whole, folder, folder_len);
        whole[folder_len] = '/';
        memcpy(whole + folder_len + 1, name, name_len + 1);
    }
    free(folder);
    return whole;
}

int
pn_path_file_begin(struct pn_path_file *f, const char *path)
{
    f->path = resolved(path);
    return f->path != NULL ? 0 : UV_ENOMEM;
}

void
pn_path_file_end(struct pn_path_file *f, const char *path)
{
    struct stat st, given; /* they differ if another thread has called chdir() */
    if (lstat(f->path, &st) < 0 || lstat(path, &given) < 0 || !S_ISSOCK(st.st_mode) || st.st_dev != given.st_dev ||
        st.st_ino != given.st_ino) {
        pn_path_file_forget(f);
        return;
    }
    f->dev = st.st_dev;
    f->ino = st.st_ino;
}

void
pn_path_file_unlink(struct pn_path_file *f)
{
    struct stat st;
    if (f->path != NULL && lstat(f->path, &st) == 0 && st.st_dev == f->dev && st.st_ino == f->ino)
        (void)unlink(f->path);
    pn_path_file_forget(f);
}

void
pn_path_file_forget(struct pn_path_file *f)
{
    free(f->path);
    f->path = NULL;
}
