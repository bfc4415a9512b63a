/* connect.h - Socket.connect(): from the call to `connect` and `ready`, or to `error`.
 *
 *   connect_method.c       connect(): its forms, the start, connect_timeout; `signal` (see socket/socket_extras.c)
 *   connect_options.c      the options of connect(); those that a BoundSocket excludes
 *   connect_proxy.c        the option proxy_header: what leaves first
 *   connect_lookup.c       the lookup of a host name by our resolver; the candidate addresses
 *   connect_lookup_user.c  the option lookup: calls a user function, reads what it passes to its callback
 *   connect_attempts.c     the attempts: a refused address starts the next one (happy eyeballs); the block list
 *   connect_state.c        struct pn_connect, and how it ends: `connect`, an error, or cancelled by destroy()
 *
 * struct pn_connect exists from connect() until the socket is connected or destroyed. */
#ifndef PN_PY_CONNECT_CONNECT_H
#define PN_PY_CONNECT_CONNECT_H

#include "core/happy_eyeballs.h"
#include "py/address/endpoint.h"
#include "py/socket/socket.h"

/* The names of the options that connect() has and the constructor has not, without the closing NULL; the enum has
 * them in the same order. */
#define PN_CONNECT_OPTIONS                                                                                    \
    "port", "host", "path", "family", "hints", "lookup", "local_address", "local_port", "auto_select_family", \
        "auto_select_family_attempt_timeout", "happy_eyeballs", "connect_timeout", "proxy_header", "ssl",     \
        "server_hostname", "session", "handshake_timeout", "strict_end", "listener"
enum pn_connect_option {
    PN_C_PORT,
    PN_C_HOST,
    PN_C_PATH,
    PN_C_FAMILY,
    PN_C_HINTS,
    PN_C_LOOKUP,
    PN_C_LOCAL_ADDRESS,
    PN_C_LOCAL_PORT,
    PN_C_AUTO_SELECT,
    PN_C_ATTEMPT_TIMEOUT,
    PN_C_HAPPY_EYEBALLS,
    PN_C_CONNECT_TIMEOUT,
    PN_C_PROXY_HEADER,
    PN_C_SSL,
    PN_C_SERVER_HOSTNAME,
    PN_C_SESSION,
    PN_C_HANDSHAKE_TIMEOUT,
    PN_C_STRICT_END,
    PN_C_LISTENER,
    PN_CONNECT_OPTION_COUNT,
};

/* Their checked values. */
struct pn_connect_options {
    PyObject *signal;       /* borrowed; the option signal of connect() */
    PyObject *lookup;       /* borrowed; NULL: our resolver */
    PyObject *proxy_header; /* borrowed: bytes, which leave first; NULL: none */
    PyObject *tls;          /* own: the filter of the option ssl; NULL: none */
    double limit;           /* connect_timeout in seconds; 0: none */
    uint64_t attempt_delay; /* ns until the next attempt may start */
    struct pn_addr local;   /* family 0: any */
    uint16_t local_port;
    int family; /* 0, 4, 6 */
    bool family_given;
    int hints;
    bool auto_select, race;
};

/* 0, or -1 with an exception. */
int pn_connect_read_options(PnState *st, PyObject **v, struct pn_connect_options *out);
/* Reads "race" or "serial". 0, or -1 with an exception. */
int pn_happy_mode(PyObject *obj, const char *name, bool *race);
/* Reads milliseconds from 1 to 2147483647; below 10 they become 10. 0, or -1 with an exception. */
int pn_attempt_timeout(PyObject *obj, const char *name, double *ms);
/* Reads the defaults from environment variables. 0, or -1 with an exception. */
int pn_connect_read_environment(PnState *st);
/* For a socket that has the handle of a BoundSocket (`handle` is NULL) or will adopt `handle`: refuses the options that
 * exclude it, adapts the others. 0, or -1 with an exception. */
int pn_connect_bound(PnSocket *s, PyObject *handle, const struct pn_endpoint *e, struct pn_connect_options *o);

struct pn_connect {
    const struct pn_connect_ops *ops; /* first */
    struct pn_connect *next, **link;  /* in st->connecting */
    PnSocket *socket;                 /* borrowed: the socket owns this struct */
    PyObject *host;                   /* own: as given, for `lookup` */
    PyObject *path;                   /* own: bytes; unix sockets */
    PyObject *errors;                 /* own: list, one for each address that failed */
    struct pn_lookup *lookup;         /* own: the lookup in progress */
    struct pn_addr *addrs;            /* own: in the order in which they are tried */
    struct pn_stream **ios;           /* own the array: attempts in progress, by address; NULL with one address */
    struct pn_happy happy;
    struct pn_loop_timer timer; /* the attempt delay of the newest attempt */
    struct pn_loop_timer limit; /* connect_timeout */
    uint64_t attempt_delay;
    uint64_t pause; /* ns, before the last attempt at a path whose server has no room */
    uint64_t id;    /* differs for each connect(), so that a callback notices a newer one */
    struct pn_addr local;
    size_t count, index; /* of `addrs`; the newest one */
    uint16_t port, local_port;
    bool auto_select, race;
    bool asked; /* the user's lookup function may still call back: counted in loop->asked */
};

/* True while the connect() with this id is in progress; false in a child that was forked since. */
static inline bool
pn_connect_still(const PnSocket *s, uint64_t id)
{
    return s->connect != NULL && s->connect->id == id && s->d.em.generation == s->d.em.st->generation;
}

/* --- connect_proxy.c --- */
/* Turns the option proxy_header into the bytes of the header. 0, or -1 with an exception. */
int pn_connect_read_proxy(PnSocket *s, PyObject **value);
/* The socket connects now: queues the header. 0, or -1 with MemoryError. */
int pn_connect_send_proxy(PnSocket *s, PyObject *header);
/* connect() raises: removes it again, and keeps the exception. */
void pn_connect_take_proxy_back(PnSocket *s, PyObject *header);
/* _proxy_encode(version, local, source, destination, tlvs, checksum): the bytes of a header. */
PyObject *pn_proxy_encode(PyObject *module, PyObject *args);

/* --- connect_tls.c --- */
/* Checks the option ssl and those that belong to it, and sets o->tls. 0, or -1 with an exception. */
int pn_connect_read_tls(PnSocket *s, const struct pn_endpoint *e, PyObject **v, struct pn_connect_options *o);
/* The socket connects now: it will use o->tls, or none. 0, or -1 with MemoryError. */
int pn_connect_prepare_tls(PnSocket *s, const struct pn_connect_options *o);
/* The socket has connected: starts TLS if it was asked for. */
void pn_connect_start_tls(PnSocket *s);

/* --- connect_state.c --- */
/* s->d.io has connected: emits `connect` and `ready`. */
void pn_connected(PnSocket *s);
/* destroy(error), unless another connect() has begun meanwhile; steals (NULL: takes the exception that is set). */
void pn_connect_fail(PnSocket *s, uint64_t id, PyObject *error);
/* The same by a tick, for the connect() in progress. */
void pn_connect_fail_soon(PnSocket *s, PyObject *error);
/* For struct pn_connect_ops. */
void pn_connect_free(PnSocket *s);
/* "localhost:80", "'/run/x.sock'": for people. New reference. */
PyObject *pn_connect_target(const struct pn_connect *c);
/* st->hooks->still_connecting. */
PyObject *pn_connect_first_target(PnState *st);
/* Frees `c` itself; also one that no socket owns yet. */
void pn_connect_free_state(struct pn_connect *c);
PyObject *pn_connect_cancel(PnSocket *s);
int pn_connect_traverse(PnSocket *s, visitproc visit, void *arg);
/* Closes all attempts but s->d.io, or one attempt. Emits nothing. */
void pn_connect_drop_others(PnSocket *s, struct pn_connect *c);
void pn_connect_drop_stream(PnSocket *s, struct pn_stream *io);
/* The user's lookup function has called back, or cannot any more: run() need not wait for it. */
void pn_connect_asked_no_more(struct pn_connect *c);
/* The arguments of the connectionAttempt events: (address or path, port, family[, error]). New tuple or NULL. */
PyObject *pn_attempt_args(PnSocket *s, size_t index, PyObject *error);
/* Emits an event with these arguments, if it has listeners. */
void pn_connect_emit_attempt(PnSocket *s, PyObject *name, size_t index, PyObject *error);
/* The error of an attempt, such as "connect ETIMEDOUT ...", with the path or address. New reference or NULL. */
PyObject *pn_connect_error(PnSocket *s, size_t index, int status, bool with_local);

/* --- connect_attempts.c --- */
/* Tries the candidates in c->addrs. */
void pn_connect_try(PnSocket *s);
/* Connects a unix socket to c->path. 0, or -1 with an exception. */
int pn_connect_try_path(PnSocket *s);
/* For struct pn_connect_ops: an attempt has connected or failed. */
void pn_connect_done(PnSocket *s, struct pn_stream *io, int status);

/* --- connect_lookup.c --- */
/* Finds the addresses of c->host by our resolver. 0, or -1 with an exception. */
int pn_connect_ask_resolver(PnSocket *s, const struct pn_connect_options *o);
/* Orders and tries the addresses, at least one. */
void pn_connect_try_found(PnSocket *s, const struct pn_addr *found, size_t count);
/* Emits `lookup`, if it has listeners. */
void pn_connect_emit_lookup(PnSocket *s, PyObject *error, PyObject *address, PyObject *family);
/* Emits `lookup` with the error (stolen; NULL: takes the exception that is set), then destroys the socket by a tick. */
void pn_connect_lookup_failed(PnSocket *s, uint64_t id, PyObject *error, PyObject *address, PyObject *family);

/* --- connect_lookup_user.c --- */
/* The same by the user's lookup function, which it calls. */
int pn_connect_ask_user(PnSocket *s, const struct pn_connect_options *o);
extern PyType_Spec pn_lookup_callback_spec;

/* --- connect_method.c --- */
/* connect() with parsed arguments on a new socket: `options` in the order of PN_SOCKET_OPTIONS, applied already, `v` in
 * that of PN_CONNECT_OPTIONS. 0, or -1 with an exception. */
int pn_connect_with(PnSocket *s, struct pn_endpoint *e, PyObject **options, PyObject **v);
PyObject *pn_socket_connect_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
extern const char pn_connect_doc[];

#endif
