/* fd.h - the little that csrc/py itself does with descriptors and paths.
 *
 * A descriptor is an int everywhere. On Windows it holds a SOCKET or the HANDLE of a named pipe, both of which fit into 32
 * bits; -1 is INVALID_SOCKET and INVALID_HANDLE_VALUE. */
#ifndef PN_UVIO_FD_H
#define PN_UVIO_FD_H

#include <stdbool.h>
#include <stddef.h>

/* Standard error, the last of the descriptors that stay open. On Windows no handle is as small as that. */
#define PN_LAST_STANDARD_FD 2

/* Room for the path of a socket. */
#ifdef _WIN32
#define PN_PATH_SIZE 1024 /* the name of a pipe has up to 256 characters, and each up to three bytes */
#else
#define PN_PATH_SIZE 128 /* sun_path has no more than 108 */
#endif

/* Closes a descriptor that no stream or listener owns. A failure is ignored. */
void pn_fd_close(int fd);

/* Returns how many bytes a path may have, for the message about a longer one; SIZE_MAX: there is no such limit. */
size_t pn_path_most(void);
/* Returns whether there is a file or a folder of that name, for the message about one that is missing; true if it is not
 * known. */
bool pn_path_exists(const char *path);

#endif
