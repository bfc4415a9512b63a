/* connect.h - connecting a socket: from connect() to `ready`, or to the error.
 *
 *   connect_method.c       connect(): its forms, the start, connect_timeout
 *   connect_options.c      its options; what a BoundSocket excludes
 *   connect_lookup.c       a name, by our resolver; the candidates
 *   connect_lookup_user.c  a name, by the user's function; the callback that it gets
 *   connect_attempts.c     trying addresses, one or several at a time: happy eyeballs
 *   connect_state.c        struct pn_connect, and how it ends: `connect`, an error, or given up
 *
 * struct pn_connect lasts from connect() until the socket is connected or destroyed. */
#ifndef PN_PY_CONNECT_CONNECT_H
#define PN_PY_CONNECT_CONNECT_H

#include "core/happy_eyeballs.h"
#include "py/address/endpoint.h"
#include "py/socket/socket.h"

/* The options of connect() that are not the constructor's as well, without the end of the list; the same in the same
 * order as numbers. */
#define PN_CONNECT_OPTIONS                                                                                    \
    "port", "host", "path", "family", "hints", "lookup", "local_address", "local_port", "auto_select_family", \
        "auto_select_family_attempt_timeout", "happy_eyeballs", "connect_timeout", "listener"
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
    PN_C_LISTENER,
    PN_CONNECT_OPTION_COUNT,
};

/* What they say, checked. */
struct pn_connect_options {
    PyObject *signal;       /* borrowed; of connect() itself */
    PyObject *lookup;       /* borrowed; NULL: our resolver */
    double limit;           /* seconds for all of it; 0: none */
    uint64_t attempt_delay; /* ns for an attempt alone */
    struct pn_addr local;   /* family 0: any */
    uint16_t local_port;
    int family; /* 0, 4, 6 */
    bool family_given;
    int hints;
    bool auto_select, race;
};

/* 0, or -1 with an exception. */
int pn_connect_read_options(PnState *st, PyObject **v, struct pn_connect_options *out);
/* "race" or "serial"; 0, or -1 with an exception. */
int pn_happy_mode(PyObject *obj, const char *name, bool *race);
/* Milliseconds from 1 to 2147483647, those below 10 are 10. */
int pn_attempt_timeout(PyObject *obj, const char *name, double *ms);
/* The defaults that the environment asks for. */
int pn_connect_read_environment(PnState *st);
/* connect() of a socket that has a BoundSocket's handle, or is to adopt `handle` (a BoundSocket; NULL: it has it): refuses
 * what it cannot do, and makes the options fit. 0, or -1 with an exception. */
int pn_connect_bound(PnSocket *s, PyObject *handle, const struct pn_endpoint *e, struct pn_connect_options *o);

struct pn_connect {
    const struct pn_connect_ops *ops; /* first */
    PnSocket *socket;                 /* borrowed: it owns this */
    PyObject *host;                   /* own: as given, for `lookup` */
    PyObject *path;                   /* own: bytes; unix sockets */
    PyObject *errors;                 /* own: list, one for each address that failed */
    struct pn_lookup *lookup;         /* own: under way */
    struct pn_addr *addrs;            /* own: in the order in which they are tried */
    struct pn_stream **ios;           /* own the array: attempts under way, by address; NULL with one address */
    struct pn_happy happy;
    struct pn_loop_timer timer; /* the newest attempt's */
    struct pn_loop_timer limit; /* connect_timeout */
    uint64_t attempt_delay;
    uint64_t id; /* tells connects apart when a listener has started another */
    struct pn_addr local;
    size_t count, index; /* of `addrs`; the newest one */
    uint16_t port, local_port;
    bool auto_select, race;
    bool asked; /* the user's lookup function, and it may still answer: counted in loop->asked */
};

/* Nor has it forked, and this is the child. */
static inline bool
pn_connect_still(const PnSocket *s, uint64_t id)
{
    return s->connect != NULL && s->connect->id == id && s->d.em.generation == s->d.em.st->generation;
}

/* --- connect_state.c --- */
/* The stream of s->d.io is connected: `connect`, `ready`. */
void pn_connected(PnSocket *s);
/* destroy(error), unless another connect() has begun meanwhile; steals (NULL: takes the exception that is set). */
void pn_connect_fail(PnSocket *s, uint64_t id, PyObject *error);
/* The same by a tick. */
void pn_connect_fail_soon(PnSocket *s, PyObject *error);
/* For struct pn_connect_ops. */
void pn_connect_free(PnSocket *s);
/* The same of one that no socket has yet. */
void pn_connect_free_state(struct pn_connect *c);
PyObject *pn_connect_cancel(PnSocket *s);
int pn_connect_traverse(PnSocket *s, visitproc visit, void *arg);
/* The attempts beside s->d.io are closed, or one of them; neither emits anything. */
void pn_connect_drop_others(PnSocket *s, struct pn_connect *c);
void pn_connect_drop_stream(PnSocket *s, struct pn_stream *io);
/* The user's lookup function has answered, or cannot any more. */
void pn_connect_asked_no_more(struct pn_connect *c);
/* (address or path, port, family[, error]), as the connectionAttempt events carry it. New tuple or NULL. */
PyObject *pn_attempt_args(PnSocket *s, size_t index, PyObject *error);
/* Emits an event with them, if it has listeners. */
void pn_connect_emit_attempt(PnSocket *s, PyObject *name, size_t index, PyObject *error);
/* "connect ETIMEDOUT ...", of all that is being tried. */
PyObject *pn_connect_error(PnSocket *s, size_t index, int status, bool with_local);

/* --- connect_attempts.c --- */
/* There are candidates in c->addrs: tries them. */
void pn_connect_try(PnSocket *s);
/* A unix socket: connects to c->path. 0, or -1 with an exception. */
int pn_connect_try_path(PnSocket *s);
/* For struct pn_connect_ops: an attempt has its outcome. */
void pn_connect_done(PnSocket *s, struct pn_stream *io, int status);

/* --- connect_lookup.c --- */
/* Finds the addresses of c->host by our resolver. 0, or -1 with an exception. */
int pn_connect_ask_resolver(PnSocket *s, const struct pn_connect_options *o);
/* At least one address: orders and tries them. */
void pn_connect_try_found(PnSocket *s, const struct pn_addr *found, size_t count);
/* The event `lookup`. */
void pn_connect_emit_lookup(PnSocket *s, PyObject *error, PyObject *address, PyObject *family);
/* `lookup` with the error (own; NULL: the exception that is set), then the socket fails. */
void pn_connect_lookup_failed(PnSocket *s, uint64_t id, PyObject *error, PyObject *address, PyObject *family);

/* --- connect_lookup_user.c --- */
/* The same by the user's function. */
int pn_connect_ask_user(PnSocket *s, const struct pn_connect_options *o);
extern PyType_Spec pn_lookup_callback_spec;

/* --- connect_method.c --- */
/* connect() with parsed arguments on a new socket: `options` in the order of PN_SOCKET_OPTIONS, applied already, `v` in
 * that of PN_CONNECT_OPTIONS. 0, or -1 with an exception. */
int pn_connect_with(PnSocket *s, struct pn_endpoint *e, PyObject **options, PyObject **v);
PyObject *pn_socket_connect_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
extern const char pn_connect_doc[];

#endif
