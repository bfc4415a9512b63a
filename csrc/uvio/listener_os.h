/* listener_os.h - what a listener needs of the system: posix/listener_posix.c, windows/listener_windows.c; and what the
 * constructors in posix/listen.c and windows/listen_windows.c need of listener.c. */
#ifndef PN_UVIO_LISTENER_OS_H
#define PN_UVIO_LISTENER_OS_H

#include "uvio/listener.h"

/* Makes a listener of a descriptor that listens. Returns NULL with `*status` set; the caller still owns the descriptor. */
struct pn_listener *pn_listener_make(struct pn_loop *loop, int fd, enum pn_stream_kind kind, int *status);

/* Initialises the handle of a listener whose loop, descriptor and kind are set. Returns 0, or a status. */
int pn_listener_os_init(struct pn_listener *l);
/* Calls `ready` when connections wait, or with the status of an error, after which it watches no more. */
int pn_listener_os_watch(struct pn_listener *l, void (*ready)(struct pn_listener *l, int status));
void pn_listener_os_unwatch(struct pn_listener *l);
/* Returns the descriptor of a connection, with the address of its peer; or a status. */
int pn_listener_os_accept(struct pn_listener *l, struct pn_addr *peer);
/* No descriptor is left: closes the reserve descriptor, accepts and closes up to `most` connections, opens the reserve
 * again. pn_listener_os_reserve() opens it if it is not. */
void pn_listener_os_shed(struct pn_listener *l, int most);
void pn_listener_os_reserve(struct pn_loop *loop);
/* Closes the handle, then the descriptor. */
void pn_listener_os_close(struct pn_listener *l, uv_close_cb closed);

#endif
