/* errors.h - the exceptions of pynet: built in one place, raised or emitted by the others. */
#ifndef PN_PY_BASE_ERRORS_H
#define PN_PY_BASE_ERRORS_H

#include "core/addr.h"
#include "py/base/state.h"

/* Creates NetError and its family and puts them into the module. */
int pn_errors_init(PnState *st, PyObject *module);

/* What a system error happened to: any part may be missing. */
struct pn_where {
    const char *syscall;         /* "connect", "listen", "read", ... */
    const struct pn_addr *addr;  /* address and port */
    PyObject *path;              /* str: a unix path; borrowed */
    const char *details;         /* appended as " - Local (...)" */
    const struct pn_addr *local; /* what was bound to: the same, and local_address, local_port */
    PyObject *host;              /* str: a name without an address yet; borrowed */
    uint16_t port;               /* of `host` */
    bool describe;               /* "listen EADDRINUSE: address already in use ..." */
};

/* The error Node would emit for a libuv status: errno, code, syscall, address, port. New reference or NULL. */
PyObject *pn_uv_error(PnState *st, int status, const struct pn_where *where);
/* A failed lookup: also a socket.gaierror. `status` is an EAI_* code. */
PyObject *pn_lookup_error(PnState *st, int status, int sys_errno, PyObject *hostname);
/* A NetError with a code of Node's and no errno. */
PyObject *pn_net_error(PnState *st, const char *code, const char *format, ...);
/* An AggregateError of a non-empty list of errors. */
PyObject *pn_aggregate_error(PnState *st, PyObject *errors);
/* _aggregate_error(errors), for pickle. */
PyObject *pn_make_aggregate_error(PyObject *module, PyObject *errors);

/* The exception that is raised now, taken away. New reference; NULL only when there is none. */
PyObject *pn_take_exception(void);

/* Raise; always NULL, so that a caller writes `return pn_raise_...`. */
PyObject *pn_raise(PyObject *exc); /* steals; NULL is passed through */
PyObject *pn_raise_uv(PnState *st, int status, const char *syscall);
PyObject *pn_raise_net(PnState *st, const char *code, const char *format, ...);
/* TypeError or ValueError with `.code`. */
PyObject *pn_raise_coded(PyObject *type, const char *code, const char *format, ...);
/* The same as an object to be emitted. */
PyObject *pn_coded_error(PyObject *type, const char *code, const char *format, ...);

/* `... argument must be <expected>. Received <what came>`; always NULL. */
PyObject *pn_raise_arg_type(const char *name, const char *expected, PyObject *got);
PyObject *pn_raise_arg_value(const char *name, const char *reason, PyObject *got);
PyObject *pn_raise_range(const char *name, const char *range, PyObject *got);
/* What came, for messages: "None", "type str ('x')", "an instance of Foo". New reference. */
PyObject *pn_received(PyObject *obj);

/* ERR_LOOP_CLOSED: the interpreter is exiting; always NULL. */
PyObject *pn_raise_closed(PnState *st);
/* Always -1: the interpreter is exiting, or the object of this type belongs to a parent process. */
int pn_raise_forked(PnState *st, PyTypeObject *type);

#endif
