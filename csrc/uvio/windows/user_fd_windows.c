/* user_fd_windows.c - checks, duplicates and compares the sockets and pipes that users pass in, on Windows; see
 * user_fd.h. */
#include "uvio/user_fd.h"

#include "uvio/fd.h"
#include "uvio/net.h"

static int
type_of(int fd)
{
    int type, len = sizeof(type);
    return getsockopt(pn_sock(fd), SOL_SOCKET, SO_TYPE, pn_opt_out(&type), &len) == 0 ? type : 0;
}

int
pn_user_fd_dup(int fd)
{
    WSAPROTOCOL_INFOW info;
    HANDLE self = GetCurrentProcess(), copy;
    if (type_of(fd) != 0) {
        if (WSADuplicateSocketW(pn_sock(fd), GetCurrentProcessId(), &info) != 0)
            return pn_sock_status();
        SOCKET s = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0,
                              WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
        return s == INVALID_SOCKET ? pn_sock_status() : (int)s;
    }
    if (!DuplicateHandle(self, pn_fd_handle(fd), self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS))
        return uv_translate_sys_error((int)GetLastError());
    return (int)(intptr_t)copy;
}

/* Whether both handles are of one object of the kernel. A duplicate has another number. The import libraries of mingw lack
 * the function, which Windows has since version 10. */
bool
pn_user_fd_same(int a, int b)
{
    typedef BOOL(WINAPI * compare)(HANDLE, HANDLE);
    if (a < 0 || b < 0 || a == b)
        return a >= 0 && a == b;
    HMODULE module = GetModuleHandleW(L"kernelbase.dll");
    FARPROC found = module != NULL ? GetProcAddress(module, "CompareObjectHandles") : NULL;
    compare same = (compare)(void (*)(void))found;
    return same != NULL && same(pn_fd_handle(a), pn_fd_handle(b));
}

bool
pn_user_fd_is_fifo(int fd)
{
    (void)fd;
    return false;
}

int
pn_user_fd_listenable(int fd, enum pn_stream_kind *kind)
{
    struct sockaddr_storage sa;
    int len = sizeof(sa);
    if (type_of(fd) != SOCK_STREAM)
        return UV_EINVAL;
    *kind = PN_STREAM_TCP;
    return getpeername(pn_sock(fd), (struct sockaddr *)&sa, &len) == 0 ? UV_EINVAL : 0;
}

int
pn_user_fd_kind(int fd, enum pn_stream_kind *kind, const char **what)
{
    int type = type_of(fd);
    DWORD file = type == 0 ? GetFileType(pn_fd_handle(fd)) : FILE_TYPE_UNKNOWN;
    if (type == SOCK_STREAM || file == FILE_TYPE_PIPE) {
        *kind = type == SOCK_STREAM ? PN_STREAM_TCP : PN_STREAM_PIPE;
        return 0;
    }
    *what = type == SOCK_DGRAM ? "UDP" : file == FILE_TYPE_DISK ? "FILE" : file == FILE_TYPE_CHAR ? "TTY" : "UNKNOWN";
    return -1;
}

struct pn_stream *
pn_user_fd_take(struct pn_loop *loop, enum pn_stream_kind kind, int fd, const struct pn_stream_events *events,
                void *owner, int *status)
{
    int copy = pn_user_fd_dup(fd);
    if (copy < 0) {
        *status = copy;
        return NULL;
    }
    struct pn_stream *s = pn_stream_open(loop, kind, copy, events, owner, status);
    if (s != NULL)
        pn_fd_close(fd);
    return s;
}

bool
pn_user_fd_is_listening(int fd)
{
    int on = 0, len = sizeof(on);
    return getsockopt(pn_sock(fd), SOL_SOCKET, SO_ACCEPTCONN, pn_opt_out(&on), &len) == 0 && on != 0;
}
