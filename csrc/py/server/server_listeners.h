/* server_listeners.h - where a server listens, which may be several places: the places that listen() was given, and the
 * listeners that came of them. */
#ifndef PN_PY_SERVER_SERVER_LISTENERS_H
#define PN_PY_SERVER_SERVER_LISTENERS_H

#include "py/base/state.h"
#include "uvio/listener.h"

/* One place to listen on. */
struct pn_place {
    PyObject *path;      /* own: bytes; NULL: TCP */
    PyObject *host;      /* own: str, a name that must be looked up; NULL: `addr` is known */
    PyObject *name;      /* own: bytes, `host` for getaddrinfo() */
    struct pn_addr addr; /* of TCP; family 0: all addresses */
};

struct pn_outcome;

/* While a listen() is under way, its server has them. */
struct pn_places {
    struct pn_path_access access; /* of each path */
    struct PnServer *next;        /* in st->pending_listens, while a listen() is under way */
    struct PnServer **link;
    struct pn_lookup *lookup; /* own: of a host; NULL: it asks the primary, or no listen() is under way */
    PyObject *options;        /* own: a dict for cluster_ask(), until that is called; NULL: it binds itself */
    struct PnCall *call;      /* borrowed: the listen() that waits for the answer; NULL: none */
    struct pn_outcome *out;   /* borrowed: where that wants it */
    bool asked;               /* cluster_ask() has been called: counted in loop->asked */
    size_t count;
    struct pn_place at[];
};

/* One listener of a server. */
struct pn_bound_place {
    struct pn_listener *listener; /* own */
    PyObject *path;               /* own: str, of a unix socket */
};

/* The listeners of a server but the first, or NULL. */
struct pn_others {
    size_t count;
    struct pn_bound_place at[];
};

/* The result of listen(): a listener or an error. */
struct pn_outcome {
    struct pn_bound_place first; /* own */
    struct pn_others *others;    /* own */
    PyObject *error;             /* own */
};

/* NULL with MemoryError; all places are empty, and the access is not set. */
struct pn_places *pn_places_new(size_t count);
void pn_places_free(struct pn_places *p); /* `p` may be NULL */
bool pn_places_have_path(const struct pn_places *p);
/* The first that must be looked up; NULL: all are known. */
struct pn_place *pn_places_unknown(struct pn_places *p);
/* Binds all or none, and fills in the outcome, which was empty. 0, or -1 with an exception. */
int pn_places_bind(PnState *st, const struct pn_places *p, unsigned flags, int backlog, struct pn_outcome *out);
/* The error of a listen() that failed; `addr` and `path` may be NULL. New reference; NULL with an exception. */
PyObject *pn_listen_error(PnState *st, int status, const struct pn_addr *addr, PyObject *path);
/* The same when the path, a str, could not get the mode or the group. */
PyObject *pn_access_error(PnState *st, int status, const struct pn_path_access *access, PyObject *path);
/* Closes the listeners. */
void pn_outcome_clear(struct pn_outcome *out);
/* Closes those listeners and frees `others`, which may be NULL. */
void pn_others_close(struct pn_others *others);

#endif
