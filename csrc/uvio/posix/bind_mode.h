/* bind_mode.h - binds a unix socket so that its file has a given mode from the first moment. */
#ifndef PN_UVIO_POSIX_BIND_MODE_H
#define PN_UVIO_POSIX_BIND_MODE_H

#include <sys/socket.h>
#include <sys/types.h>

/* bind(), with a file of exactly this mode (up to 0777). Returns 0 or a status. */
int pn_bind_with_mode(int fd, const struct sockaddr *sa, socklen_t len, mode_t mode);

#endif
