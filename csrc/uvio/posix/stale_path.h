/* stale_path.h - a unix path that a dead server has left behind: no process listens on it. */
#ifndef PN_UVIO_POSIX_STALE_PATH_H
#define PN_UVIO_POSIX_STALE_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* Serialises the processes that clear a path in the same directory, from the check until they listen there. Without
 * the lock, one could take the fresh socket of another for a stale one. Returns a descriptor for pn_stale_unlock(),
 * or -1 if the directory cannot be locked; then only the check below protects the path. */
int pn_stale_lock(const char *path, size_t len);
void pn_stale_unlock(int lock);
/* Unlinks the path if it is a socket that refuses connections and is still the same file right before. Returns
 * whether the path is free now. Never touches anything but a socket. */
bool pn_stale_unlink(const char *path, size_t len);

#endif
