/* errors.h - builds the exceptions of pynet in one place; the other files raise or emit them. */
#ifndef PN_PY_BASE_ERRORS_H
#define PN_PY_BASE_ERRORS_H

#include "core/addr.h"
#include "py/base/state.h"

/* Creates NetError and its family and adds them to the module. */
int pn_errors_init(PnState *st, PyObject *module);

/* Makes an exception class with a docstring, and a signature for inspect.signature(). */
PyObject *pn_new_exception(const char *full, const char *doc, PyObject *bases);

/* The place of a system error: each part may be missing. */
struct pn_where {
    const char *syscall;         /* "connect", "listen", "read", ... */
    const struct pn_addr *addr;  /* address and port */
    PyObject *path;              /* str: a unix path; borrowed */
    const char *details;         /* appended as " - Local (...)" */
    const struct pn_addr *local; /* the address bound to: appended too, and sets local_address, local_port */
    PyObject *host;              /* str: a name that has not been resolved; borrowed */
    uint16_t port;               /* of `host` */
    bool describe;               /* add the description: "listen EADDRINUSE: address already in use ..." */
    bool peer;                   /* `path` is that of the peer, which has chosen it */
};

/* Makes the error that Node would emit for a libuv status: errno, code, syscall, address, port. New reference or
 * NULL. */
PyObject *pn_uv_error(PnState *st, int status, const struct pn_where *where);
/* _uv_error(errno, syscall): for the Python modules. */
PyObject *pn_uv_error_function(PyObject *module, PyObject *args);
/* Makes the error of a failed lookup, which is also a socket.gaierror. `status` is an EAI_* code. */
PyObject *pn_lookup_error(PnState *st, int status, int sys_errno, PyObject *hostname);
/* Makes a NetError with one of Node's codes and without an errno. */
PyObject *pn_net_error(PnState *st, const char *code, const char *format, ...);
/* The same, with the place in the attributes and in parentheses behind the text. */
PyObject *pn_net_error_at(PnState *st, const char *code, const struct pn_where *where, const char *text);
/* Makes an AggregateError from a non-empty list of errors. */
PyObject *pn_aggregate_error(PnState *st, PyObject *errors);
/* _aggregate_error(errors): called by pickle. */
PyObject *pn_make_aggregate_error(PyObject *module, PyObject *errors);

/* Clears the current exception and returns it. New reference; NULL only if none is set. */
PyObject *pn_take_exception(void);
/* Sets again what pn_take_exception() has returned. Steals `error`; does nothing for NULL. */
void pn_put_back_exception(PyObject *error);

/* A call that only adds words to a message has failed, or not: clears the exception, and returns true. False: a signal
 * handler has raised meanwhile, which must not be lost; its exception stays set. */
bool pn_clear_wording(void);

/* These raise and return NULL, so that a caller writes `return pn_raise_...`. */
PyObject *pn_raise(PyObject *exc); /* steals `exc`; for NULL it keeps the exception that is set */
PyObject *pn_raise_uv(PnState *st, int status, const char *syscall);
PyObject *pn_raise_net(PnState *st, const char *code, const char *format, ...);
/* ERR_FEATURE_UNAVAILABLE_ON_PLATFORM: this platform has no such feature ("send_handle()"): see uvio/platform.h. */
PyObject *pn_raise_unavailable(PnState *st, const char *feature);
/* _unavailable(feature): the same, for the Python modules. */
PyObject *pn_unavailable_function(PyObject *module, PyObject *feature);
/* TypeError or ValueError with `.code`. */
PyObject *pn_raise_coded(PyObject *type, const char *code, const char *format, ...);
/* The same, as an object to emit. */
PyObject *pn_coded_error(PyObject *type, const char *code, const char *format, ...);

/* Raise `... argument must be <expected>. Received <description of got>` and the like; return NULL. */
PyObject *pn_raise_arg_type(const char *name, const char *expected, PyObject *got);
PyObject *pn_raise_arg_value(const char *name, const char *reason, PyObject *got);
PyObject *pn_raise_range(const char *name, const char *range, PyObject *got);
/* Describes a value for messages: "None", "type str ('x')", "an instance of Foo". New reference. */
PyObject *pn_received(PyObject *obj);

/* Raises ERR_LOOP_CLOSED, since the interpreter is exiting; returns NULL. */
PyObject *pn_raise_closed(PnState *st);
/* Raises ERR_FORKED, since the object of this type belongs to the parent process, or ERR_LOOP_CLOSED at exit.
 * Returns -1. */
int pn_raise_forked(PnState *st, PyTypeObject *type);

#endif
