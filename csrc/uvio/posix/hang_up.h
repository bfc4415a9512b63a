/* hang_up.h - tests what a descriptor would read after its peer has closed. */
#ifndef PN_UVIO_POSIX_HANG_UP_H
#define PN_UVIO_POSIX_HANG_UP_H

#include <sys/types.h>

/* Returns what read(2) would report: UV_EOF, an error, or 0 when there is data, or nothing yet. An error is not reported a
 * second time by the kernel. */
ssize_t pn_hang_up_status(int fd);

#endif
