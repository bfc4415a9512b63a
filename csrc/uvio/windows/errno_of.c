/* errno_of.c - the numbers of Python's module errno on Windows: those of the C library, but for the errors of sockets those
 * of WinSock; see errno_of.h. */
#include "uvio/errno_of.h"

#include <errno.h>
#include <stddef.h>
#include <uv.h>

static const struct row {
    int status, number;
} rows[] = {
    {UV_E2BIG, E2BIG},
    {UV_EACCES, EACCES},
    {UV_EADDRINUSE, WSAEADDRINUSE},
    {UV_EADDRNOTAVAIL, WSAEADDRNOTAVAIL},
    {UV_EAFNOSUPPORT, WSAEAFNOSUPPORT},
    {UV_EAGAIN, EAGAIN},
    {UV_EALREADY, WSAEALREADY},
    {UV_EBADF, EBADF},
    {UV_EBUSY, EBUSY},
    {UV_ECANCELED, ECANCELED},
    {UV_ECONNABORTED, WSAECONNABORTED},
    {UV_ECONNREFUSED, WSAECONNREFUSED},
    {UV_ECONNRESET, WSAECONNRESET},
    {UV_EDESTADDRREQ, WSAEDESTADDRREQ},
    {UV_EEXIST, EEXIST},
    {UV_EFAULT, EFAULT},
    {UV_EFBIG, EFBIG},
    {UV_EHOSTDOWN, WSAEHOSTDOWN},
    {UV_EHOSTUNREACH, WSAEHOSTUNREACH},
    {UV_EILSEQ, EILSEQ},
    {UV_EINTR, EINTR},
    {UV_EINVAL, EINVAL},
    {UV_EIO, EIO},
    {UV_EISCONN, WSAEISCONN},
    {UV_EISDIR, EISDIR},
    {UV_ELOOP, WSAELOOP},
    {UV_EMFILE, EMFILE},
    {UV_EMLINK, EMLINK},
    {UV_EMSGSIZE, WSAEMSGSIZE},
    {UV_ENAMETOOLONG, ENAMETOOLONG},
    {UV_ENETDOWN, WSAENETDOWN},
    {UV_ENETUNREACH, WSAENETUNREACH},
    {UV_ENFILE, ENFILE},
    {UV_ENOBUFS, WSAENOBUFS},
    {UV_ENODEV, ENODEV},
    {UV_ENOENT, ENOENT},
    {UV_ENOMEM, ENOMEM},
    {UV_ENOPROTOOPT, WSAENOPROTOOPT},
    {UV_ENOSPC, ENOSPC},
    {UV_ENOSYS, ENOSYS},
    {UV_ENOTCONN, WSAENOTCONN},
    {UV_ENOTDIR, ENOTDIR},
    {UV_ENOTEMPTY, ENOTEMPTY},
    {UV_ENOTSOCK, WSAENOTSOCK},
    {UV_ENOTSUP, ENOTSUP},
    {UV_ENOTTY, ENOTTY},
    {UV_ENXIO, ENXIO},
    {UV_EOVERFLOW, EOVERFLOW},
    {UV_EPERM, EPERM},
    {UV_EPIPE, EPIPE},
    {UV_EPROTO, EPROTO},
    {UV_EPROTONOSUPPORT, WSAEPROTONOSUPPORT},
    {UV_EPROTOTYPE, WSAEPROTOTYPE},
    {UV_ERANGE, ERANGE},
    {UV_EROFS, EROFS},
    {UV_ESHUTDOWN, WSAESHUTDOWN},
    {UV_ESPIPE, ESPIPE},
    {UV_ESRCH, ESRCH},
    {UV_ETIMEDOUT, WSAETIMEDOUT},
    {UV_ETXTBSY, ETXTBSY},
    {UV_EXDEV, EXDEV},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

int
pn_errno_of(int status)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].status == status)
            return rows[i].number;
    return -status;
}

int
pn_status_of(int number)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].number == number)
            return rows[i].status;
    return UV_UNKNOWN;
}
