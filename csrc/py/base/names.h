/* names.h - the interned strings of the module, and Node's spelling of PEP 8 names. */
#ifndef PN_PY_BASE_NAMES_H
#define PN_PY_BASE_NAMES_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* Each name is a field of struct pn_names: an interned str of that text. */
/* clang-format off */
#define PN_NAMES(X) \
    X(connect) X(ready) X(listening) X(end) X(error) X(close) X(data) X(readable) X(drain) X(timeout) X(lookup) \
    X(connection) X(drop) X(proxyError) X(handle) X(secureConnect) X(secureConnection) X(tlsClientError) X(session) X(finish) X(prefinish) X(pause) X(resume) X(pipe) X(unpipe) X(newListener) X(removeListener) \
    X(connectionAttempt) X(connectionAttemptFailed) X(connectionAttemptTimeout) X(abort) \
    X(code) X(hostname) X(errors) X(type) X(count) X(emitter) X(context) \
    X(hasUnpiped) X(callback) X(open) X(opening) X(readOnly) X(writeOnly) X(closed) X(IPv4) X(IPv6) \
    X(localhost) X(ipv4) X(ipv6) X(address) X(family) X(hints) X(all) \
    X(_asyncio) X(_get_running_loop) X(create_future) X(Future) X(loop) X(_asyncio_future_blocking) X(set_result) X(call_soon_threadsafe) \
    X(acquire) X(release) X(is_closed)
/* clang-format on */

struct pn_names {
#define PN_NAME_FIELD(n) PyObject *n;
    PN_NAMES(PN_NAME_FIELD)
#undef PN_NAME_FIELD
};

int pn_names_init(struct pn_names *names);
void pn_names_clear(struct pn_names *names);

#define PN_CAMEL_MAX 96
/* Writes Node's spelling of a PEP 8 name: `set_no_delay` -> `setNoDelay`, `is_ip` -> `isIP`. `out` holds
 * PN_CAMEL_MAX bytes. Returns false if both spellings are the same or the name starts with an underscore. */
int pn_camel(const char *snake, char *out);

/* Adds the alias in Node's spelling to every public attribute in the type's own dict. */
int pn_alias_type(PyTypeObject *type);
/* The same for the functions of a module. */
int pn_alias_module(PyObject *module);
/* _alias_type(type): the same for a class that is written in Python, as its decorator. */
PyObject *pn_alias_type_function(PyObject *module, PyObject *type);

#endif
