/* pipe_server.h - the instances of a named pipe at which a listener waits for clients. */
#ifndef PN_UVIO_WINDOWS_PIPE_SERVER_H
#define PN_UVIO_WINDOWS_PIPE_SERVER_H

#include "uvio/listener_os.h"
#include "uvio/net.h"

/* Who may open the pipe, as bits of a mode: 04 all may read, 02 all may write. */
#define PN_PIPE_ALL_READ  04
#define PN_PIPE_ALL_WRITE 02

/* Creates the first instance. Returns its handle, or -1 with `*status` set: UV_EADDRINUSE if there is a pipe of that
 * name. */
int pn_pipe_create_first(const char *path, size_t len, int mode, int *status);

/* Makes the server of a listener from its first instance, l->fd, which it owns from then on. Returns 0, or a status. */
int pn_pipe_server_new(struct pn_listener *l);
/* Opens further instances, with this name and mode. Returns 0, or a status. */
int pn_pipe_server_name(struct pn_listener *l, const char *path, size_t len, int mode);
/* Waits for clients; on_client() of the listener's async handle follows. Returns 0, or a status. */
int pn_pipe_server_start(struct pn_listener *l);
/* Returns the handle of an instance with a client, or UV_EAGAIN. */
int pn_pipe_server_accept(struct pn_listener *l);
bool pn_pipe_server_has_client(struct pn_listener *l);
void pn_pipe_server_free(struct pn_listener *l);
/* The same, but returns the first instance, which nothing has used yet. */
int pn_pipe_server_drop(struct pn_listener *l);

#endif
