/* fd.c - what csrc/py itself does with descriptors and paths; see fd.h. */
#include "uvio/fd.h"

#include <sys/un.h>
#include <unistd.h>

_Static_assert(PN_LAST_STANDARD_FD == STDERR_FILENO, "standard error is not 2");

void
pn_fd_close(int fd)
{
    (void)close(fd);
}

size_t
pn_path_most(void)
{
    return sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;
}

bool
pn_path_exists(const char *path)
{
    return access(path, F_OK) == 0;
}
