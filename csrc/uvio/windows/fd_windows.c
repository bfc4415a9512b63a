/* fd_windows.c - what csrc/py itself does with descriptors and paths, on Windows; see fd.h. */
#include "uvio/fd.h"

#include <stdint.h>

#include "uvio/net.h"

void
pn_fd_close(int fd)
{
    if (fd < 0)
        return;
    if (closesocket(pn_sock(fd)) != 0 && WSAGetLastError() == WSAENOTSOCK)
        (void)CloseHandle(pn_fd_handle(fd));
}

size_t
pn_path_most(void)
{
    return SIZE_MAX;
}

bool
pn_path_exists(const char *path)
{
    (void)path; /* the names of pipes are no files */
    return true;
}
