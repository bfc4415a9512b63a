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

/* Takes `len` bytes that are there, although the pipe is open for overlapped operations. */
static ssize_t
take(HANDLE pipe, void *base, DWORD len)
{
    DWORD n = 0;
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (event == NULL)
        return UV_ENOMEM;
    /* With the lowest bit set, the end of the operation is no packet of the port. */
    OVERLAPPED o = {.hEvent = (HANDLE)((uintptr_t)event | 1)};
    bool done = ReadFile(pipe, base, len, NULL, &o) || GetLastError() == ERROR_IO_PENDING;
    done = done && GetOverlappedResult(pipe, &o, &n, TRUE);
    int status = done ? 0 : uv_translate_sys_error((int)GetLastError());
    CloseHandle(event);
    return status == 0 ? (ssize_t)n : status;
}

ssize_t
pn_recv_pipe(int fd, void *base, size_t len, int flags)
{
    HANDLE pipe = pn_fd_handle(fd);
    DWORD most = len < UINT_MAX ? (DWORD)len : UINT_MAX, seen = 0, there = 0;
    bool peek = (flags & MSG_PEEK) != 0;
    if (!PeekNamedPipe(pipe, peek ? base : NULL, peek ? most : 0, &seen, &there, NULL)) {
        DWORD error = GetLastError();
        bool ended = error == ERROR_BROKEN_PIPE || error == ERROR_PIPE_NOT_CONNECTED;
        return ended ? 0 : uv_translate_sys_error((int)error);
    }
    if (there == 0)
        return UV_EAGAIN;
    return peek ? (ssize_t)seen : take(pipe, base, there < most ? there : most);
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
