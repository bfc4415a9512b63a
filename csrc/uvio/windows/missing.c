/* missing.c - what Windows does not have: unix paths as files, pages that processes share, one descriptor for the loop of
 * a host, waits in poll(), fork(), functions of the OpenSSL that Python uses. The headers are embed.h, wake_fd.h,
 * brake.h, path_file.h, path_access.h, dynamic_symbols.h, handles.h.
 *
 * csrc/py refuses these features before it comes here. */
#include "uvio/dynamic_symbols.h"
#include "uvio/embed.h"
#include "uvio/handles.h"
#include "uvio/path_access.h"
#include "uvio/path_file.h"
#include "uvio/wake_fd.h"

/* --- embed.h --- */

int
pn_embed_open(struct pn_loop *loop)
{
    (void)loop;
    return UV_ENOTSUP;
}

void
pn_embed_close(struct pn_loop *loop)
{
    (void)loop;
}

void
pn_embed_begin(struct pn_loop *loop)
{
    (void)loop;
}

int
pn_embed_rest(struct pn_loop *loop, int64_t timeout_ns, bool wake)
{
    (void)loop;
    (void)timeout_ns;
    (void)wake;
    return UV_ENOTSUP;
}

void
pn_embed_silence(struct pn_loop *loop)
{
    (void)loop;
}

void
pn_embed_mute(struct pn_loop *loop)
{
    (void)loop;
}

/* --- wake_fd.h: waits take a lock of Python --- */

bool
pn_wake_fd_open(struct pn_wake_fd *w)
{
    w->read = w->write = -1;
    return false;
}

void
pn_wake_fd_close(struct pn_wake_fd *w)
{
    (void)w;
}

void
pn_wake_fd_set(const struct pn_wake_fd *w)
{
    (void)w;
}

void
pn_wake_fd_clear(const struct pn_wake_fd *w)
{
    (void)w;
}

unsigned
pn_wake_fd_wait(const struct pn_wake_fd *w, int fd, int64_t ns)
{
    (void)w;
    (void)fd;
    (void)ns;
    return 0;
}

/* --- brake.h --- */

int
pn_brake_map(struct pn_brake *b, int fd, int index, size_t count)
{
    (void)b;
    (void)fd;
    (void)index;
    (void)count;
    return UV_ENOTSUP;
}

void
pn_brake_unmap(struct pn_brake *b, int leave)
{
    (void)b;
    (void)leave;
}

/* --- path_file.h, path_access.h: the name of a pipe ends with its last handle --- */

int
pn_path_file_begin(struct pn_path_file *f, const char *path)
{
    (void)path;
    f->path = NULL;
    return 0;
}

void
pn_path_file_end(struct pn_path_file *f, const char *path)
{
    (void)f;
    (void)path;
}

void
pn_path_file_unlink(struct pn_path_file *f)
{
    (void)f;
}

void
pn_path_file_forget(struct pn_path_file *f)
{
    (void)f;
}

int
pn_path_access_apply(const struct pn_path_file *f, struct pn_path_access *a)
{
    (void)f;
    a->failed = NULL;
    return 0;
}

/* --- dynamic_symbols.h --- */

bool
pn_symbols_find(const char *file, const char *const *names, pn_symbol *symbols, size_t count)
{
    (void)file;
    (void)names;
    (void)symbols;
    (void)count;
    return false;
}

/* --- handles.h --- */

void
pn_handles_after_fork(struct pn_loop *loop)
{
    (void)loop;
}
