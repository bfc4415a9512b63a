/* iovec.h - struct iovec: bytes that a write sends. */
#ifndef PN_UVIO_IOVEC_H
#define PN_UVIO_IOVEC_H

#ifdef _WIN32
#include <stddef.h>

struct iovec {
    void *iov_base;
    size_t iov_len;
};
#else
#include <sys/uio.h>
#endif

#endif
