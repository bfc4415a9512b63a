/* sockaddr_un.c - converts unix paths and abstract names to socket addresses; see sockaddr_un.h. */
#include "uvio/posix/sockaddr_un.h"

#include <string.h>
#include <uv.h>

int
pn_path_to_sockaddr(const char *path, size_t len, struct sockaddr_un *out, socklen_t *out_len)
{
    memset(out, 0, sizeof(*out));
    out->sun_family = AF_UNIX;
    if (len == 0 || len >= sizeof(out->sun_path))
        return UV_EINVAL;
    if (memchr(path + 1, '\0', len - 1) != NULL)
        return UV_EINVAL;
    memcpy(out->sun_path, path, len);
    size_t size = offsetof(struct sockaddr_un, sun_path) + len;
    /* An abstract name has no terminating NUL: the length delimits it. */
    *out_len = (socklen_t)(path[0] == '\0' ? size : size + 1);
    return 0;
}
