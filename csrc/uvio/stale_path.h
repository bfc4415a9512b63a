/* stale_path.h - what a server that died has left: a unix path that nobody answers on. */
#ifndef PN_UVIO_STALE_PATH_H
#define PN_UVIO_STALE_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* Those who clear away a path in one folder do so one after another, from the look at it until they listen there
 * themselves: else each could take the fresh socket of the other for a stale one. A descriptor to be given back to
 * pn_stale_unlock(), -1 when the folder cannot be locked; the check below is all there is then. */
int pn_stale_lock(const char *path, size_t len);
void pn_stale_unlock(int lock);
/* Unlinks the path if it is a socket on which a connection is refused, and still the same one just before. True when
 * the path is free now. Never touches anything but a socket. */
bool pn_stale_unlink(const char *path, size_t len);

#endif
