/* connect.h - connecting a socket, shared by the files that do it.
 *
 *   socket_connect.c   connect(): forms, starting, the connection
 *   connect_options.c  its options
 *   connect_lookup.c   names: our resolver or the user's function; candidates
 *   lookup_callback.c  the callback that the user's function gets
 *   connect_attempts.c trying addresses, one or several at a time
 *
 * The state that lasts from connect() until the socket is connected or destroyed is struct pn_connect. */
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
    PyObject *signal;     /* borrowed; of connect() itself */
    PyObject *lookup;     /* borrowed; NULL: our resolver */
    double limit;         /* seconds for all of it; 0: none */
    uint64_t patience;    /* ns for an attempt alone */
    struct pn_addr local; /* family 0: any */
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

struct pn_connect {
    PnSocket *socket;         /* borrowed: who owns it */
    PyObject *host;           /* own: as given, for `lookup` */
    PyObject *path;           /* own: bytes; unix sockets */
    PyObject *errors;         /* own: list, one for each address that failed */
    struct pn_lookup *lookup; /* own: under way */
    struct pn_addr *addrs;    /* own: in the order in which they are tried */
    struct pn_stream **ios;   /* own the array: attempts under way, by address; NULL with one address */
    struct pn_happy happy;
    struct pn_loop_timer timer; /* the newest attempt's */
    struct pn_loop_timer limit; /* connect_timeout */
    uint64_t patience;
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
    return s->connect != NULL && s->connect->id == id && s->em.generation == s->em.st->generation;
}

/* --- socket_connect.c --- */
/* connect() with parsed arguments on a new socket: `options` in the order of PN_SOCKET_OPTIONS, applied already, `v` in
 * that of PN_CONNECT_OPTIONS. 0, or -1 with an exception. */
int pn_connect_with(PnSocket *s, struct pn_endpoint *e, PyObject **options, PyObject **v);
/* The stream of s->io is connected. */
void pn_connected(PnSocket *s);
/* destroy(error), unless another connect() has begun meanwhile; steals (NULL: takes the exception that is set). */
void pn_connect_fail(PnSocket *s, uint64_t id, PyObject *error);
/* The same by a tick. */
void pn_connect_fail_soon(PnSocket *s, PyObject *error);

/* --- socket_bound.c --- */
/* connect() of a socket that has a BoundSocket's handle, or is to adopt `handle` (a BoundSocket; NULL: it has it): what it cannot do is refused, and the options made to fit. 0, or
 * -1 with an exception. */
int pn_connect_bound(PnSocket *s, PyObject *handle, const struct pn_endpoint *e, struct pn_connect_options *o);

/* --- connect_lookup.c --- */
/* Finds the addresses of c->host. 0, or -1 with an exception. */
int pn_connect_resolve(PnSocket *s, const struct pn_connect_options *o);
/* What the user's function found, None for what it left out: an error, or an address with its family (else read from
 * it), or a list of them. */
void pn_connect_found(PnSocket *s, uint64_t id, PyObject *error, PyObject *address, PyObject *family);
/* The user's lookup function has answered, or cannot any more. */
void pn_connect_asked_no_more(struct pn_connect *c);
PyObject *pn_address_text_scoped(const struct pn_addr *addr);

/* --- lookup_callback.c --- */
extern PyType_Spec pn_lookup_callback_spec;
PyObject *pn_lookup_callback_new(PnSocket *s, uint64_t id);

/* --- connect_attempts.c --- */
/* There are candidates in c->addrs: tries them. */
void pn_connect_try(PnSocket *s);
/* A unix socket: connects to c->path. 0, or -1 with an exception. */
int pn_connect_try_path(PnSocket *s);
/* The attempts beside s->io are given up without a word. */
void pn_connect_drop_others(PnSocket *s, struct pn_connect *c);
/* (address or path, port, family[, error]), as the connectionAttempt events carry it. New tuple or NULL. */
PyObject *pn_attempt_args(PnSocket *s, size_t index, PyObject *error);
/* Emits from a tuple of arguments, which it steals (NULL: reports the exception). */
void pn_emit_tuple(PnSocket *s, PyObject *name, PyObject *args);
/* "connect ETIMEDOUT ...", of all that is being tried. */
PyObject *pn_connect_error(PnSocket *s, size_t index, int status, bool with_local);

#endif
