/* errno_of.h - the number that Python's module errno has for a status of libuv. */
#ifndef PN_UVIO_ERRNO_OF_H
#define PN_UVIO_ERRNO_OF_H

#ifdef _WIN32
/* libuv's statuses are numbers of its own there. Returns the negated status if errno has none for it. */
int pn_errno_of(int status);
/* The other way round, for an error of Python; UV_UNKNOWN if libuv has no such status. */
int pn_status_of(int number);
#else
/* libuv's statuses are negated numbers of errno. */
static inline int
pn_errno_of(int status)
{
    return -status;
}

static inline int
pn_status_of(int number)
{
    return -number;
}
#endif

#endif
