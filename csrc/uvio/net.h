/* net.h - the system's sockets: headers, the last error, and the names that one of the systems lacks.
 *
 * On Windows an `int fd` holds a SOCKET, or the HANDLE of a named pipe: the system's handles fit into 32 bits. */
#ifndef PN_UVIO_NET_H
#define PN_UVIO_NET_H

#ifdef _WIN32

#include <errno.h>
#include <winsock2.h>
#include <ws2tcpip.h>
/* After the headers that it needs. */
#include <iphlpapi.h>
#include <limits.h>
#include <stdint.h>
#include <uv.h>

/* `fd` as a call of Winsock takes it; pn_opt() and pn_opt_out(): the value of an option. */
#define pn_sock(fd)       ((SOCKET)(intptr_t)(fd))
#define pn_fd_handle(fd)  ((HANDLE)(intptr_t)(fd)) /* the same of a named pipe */
#define pn_opt(value)     ((const char *)(value))
#define pn_opt_out(value) ((char *)(value))

/* Sockets of libuv and of pynet do not block. */
#define MSG_DONTWAIT      0
/* Windows 10 has them, some headers have not. */
#ifndef TCP_KEEPIDLE
#define TCP_KEEPIDLE 3
#endif
#ifndef TCP_KEEPCNT
#define TCP_KEEPCNT 16
#endif
#ifndef TCP_KEEPINTVL
#define TCP_KEEPINTVL 17
#endif
/* No lookup fails with it. */
#define EAI_SYSTEM (-1)

/* Returns the status of the call of a socket that has just failed. */
static inline int
pn_sock_status(void)
{
    int code = WSAGetLastError();
    return code == WSAENOPROTOOPT ? UV_ENOPROTOOPT : uv_translate_sys_error(code); /* libuv does not know this one */
}

/* The same as pn_recv() of a named pipe, with the flags 0 or MSG_PEEK. */
ssize_t pn_recv_pipe(int fd, void *base, size_t len, int flags);

/* recv(): the bytes read, 0 at the peer's end, or a status. */
static inline ssize_t
pn_recv(int fd, void *base, size_t len, int flags)
{
    int n = recv(pn_sock(fd), base, len < INT_MAX ? (int)len : INT_MAX, flags);
    if (n >= 0 || WSAGetLastError() == WSAEWOULDBLOCK)
        return n >= 0 ? n : UV_EAGAIN;
    int status = pn_sock_status(), type, size = sizeof(type);
    if (getsockopt(pn_sock(fd), SOL_SOCKET, SO_TYPE, pn_opt_out(&type), &size) == 0)
        return status;
    return pn_recv_pipe(fd, base, len, flags);
}

#else

#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <uv.h>

#define pn_sock(fd)       (fd)
#define pn_opt(value)     (value)
#define pn_opt_out(value) (value)

#ifndef MSG_DONTWAIT
#define MSG_DONTWAIT 0
#endif
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

static inline int
pn_sock_status(void)
{
    return uv_translate_sys_error(errno);
}

static inline ssize_t
pn_recv(int fd, void *base, size_t len, int flags)
{
    ssize_t n;
    do
        n = recv(fd, base, len, flags);
    while (n < 0 && errno == EINTR);
    return n >= 0 ? n : pn_sock_status();
}

#endif

#endif
