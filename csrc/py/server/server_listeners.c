/* server_listeners.c - binds the places that listen() was given: all or none. See server_listeners.h. */
#include "py/server/server_listeners.h"

#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/server/server.h"

/* --- places --- */

struct pn_places *
pn_places_new(size_t count)
{
    struct pn_places *p = PyMem_RawCalloc(1, sizeof(*p) + count * sizeof(p->at[0]));
    if (p == NULL)
        PyErr_NoMemory();
    else
        p->count = count;
    return p;
}

void
pn_places_free(struct pn_places *p)
{
    for (size_t i = 0; p != NULL && i < p->count; i++) {
        Py_XDECREF(p->at[i].path);
        Py_XDECREF(p->at[i].host);
        Py_XDECREF(p->at[i].name);
    }
    if (p != NULL)
        Py_XDECREF(p->options); /* a dict of str and int: runs no user code */
    PyMem_RawFree(p);
}

bool
pn_places_have_path(const struct pn_places *p)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->at[i].path != NULL)
            return true;
    }
    return false;
}

struct pn_place *
pn_places_unknown(struct pn_places *p)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->at[i].host != NULL)
            return &p->at[i];
    }
    return NULL;
}

/* --- binding --- */

PyObject *
pn_listen_error(PnState *st, int status, const struct pn_addr *addr, PyObject *path)
{
    struct pn_where where = {.syscall = "listen", .addr = addr, .path = path, .describe = true};
    return pn_server_note_in_use(st, status, pn_uv_error(st, status, &where));
}

PyObject *
pn_access_error(PnState *st, int status, const struct pn_path_access *access, PyObject *path)
{
    struct pn_where where = {.syscall = access->failed, .path = path, .describe = true};
    return pn_uv_error(st, status, &where);
}

/* The status means that the system has no IPv6. */
static bool
lacks_ipv6(int status)
{
    return status == UV_EADDRNOTAVAIL || status == UV_EAFNOSUPPORT || status == UV_EINVAL;
}

/* Without a host: on `::` for both families, or on 0.0.0.0 if the system has no IPv6. */
static struct pn_listener *
bind_tcp(PnState *st, const struct pn_place *p, unsigned flags, int backlog, PyObject **error)
{
    struct pn_addr addr = p->addr;
    int status;
    if (addr.family == 0)
        addr.family = 6;
    struct pn_listener *l = pn_listener_tcp(st->loop, &addr, flags, backlog, &status);
    if (l == NULL && p->addr.family == 0 && lacks_ipv6(status) && (flags & PN_BIND_IPV6_ONLY) == 0) {
        addr.family = 4;
        l = pn_listener_tcp(st->loop, &addr, flags, backlog, &status);
    }
    if (l == NULL)
        *error = pn_listen_error(st, status, &addr, NULL);
    return l;
}

/* Fills in the listener and the path. NULL with `*error`, or with an exception. */
static struct pn_listener *
bind_path(PnState *st, const struct pn_place *p, struct pn_path_access access, unsigned flags, int backlog,
          struct pn_bound_place *b, PyObject **error)
{
    int status;
    b->path = pn_path_text(p->path);
    if (b->path == NULL)
        return NULL;
    b->listener = pn_listener_path(st->loop, PyBytes_AS_STRING(p->path), (size_t)PyBytes_GET_SIZE(p->path), flags,
                                   &access, backlog, &status);
    if (b->listener == NULL && access.failed != NULL)
        *error = pn_access_error(st, status, &access, b->path);
    else if (b->listener == NULL)
        *error = pn_listen_error(st, status, NULL, b->path);
    return b->listener;
}

int
pn_places_bind(PnState *st, const struct pn_places *p, unsigned flags, int backlog, struct pn_outcome *out)
{
    if (p->count > 1) {
        out->others = PyMem_RawCalloc(1, sizeof(*out->others) + (p->count - 1) * sizeof(out->others->at[0]));
        if (out->others == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        out->others->count = p->count - 1;
    }
    PyObject *error = NULL;
    for (size_t i = 0; i < p->count; i++) {
        struct pn_bound_place *b = i == 0 ? &out->first : &out->others->at[i - 1];
        const struct pn_place *place = &p->at[i];
        if (place->path != NULL)
            (void)bind_path(st, place, p->access, flags, backlog, b, &error);
        else
            b->listener = bind_tcp(st, place, flags, backlog, &error);
        if (b->listener != NULL)
            continue;
        pn_outcome_clear(out);
        out->error = error;
        return error != NULL ? 0 : -1;
    }
    return 0;
}

/* --- closing --- */

void
pn_others_close(struct pn_others *others)
{
    for (size_t i = 0; others != NULL && i < others->count; i++) {
        if (others->at[i].listener != NULL)
            pn_listener_close(others->at[i].listener);
        Py_XDECREF(others->at[i].path); /* a str: runs no user code */
    }
    PyMem_RawFree(others);
}

void
pn_outcome_clear(struct pn_outcome *out)
{
    if (out->first.listener != NULL)
        pn_listener_close(out->first.listener);
    out->first.listener = NULL;
    Py_CLEAR(out->first.path);
    pn_others_close(out->others);
    out->others = NULL;
    Py_CLEAR(out->error);
}
