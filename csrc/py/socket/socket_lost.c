/* socket_lost.c - an accepted connection that the peer or the network has ended, and whose `error` has no listener: that
 * is not a mistake of the program, and must not end it. It is logged, and the connection closes. */
#include <string.h>

#include "py/loop/uncaught.h"
#include "py/socket/socket.h"

/* What a peer or the network can cause. ERR_WRITE_BUFFER_FULL: the peer does not read. */
static const char *const lost_codes[] = {
    "ECONNRESET",          "EPIPE",       "ECONNABORTED",          "ETIMEDOUT",
    "EHOSTUNREACH",        "ENETUNREACH", "ERR_WRITE_BUFFER_FULL", "ERR_TLS_HANDSHAKE_TIMEOUT",
    "ERR_TLS_UNCLEAN_END",
};

/* What OpenSSL says of the bytes or the certificate of the peer. */
static bool
is_of_tls(PyObject *error, const char *code)
{
    return strncmp(code, "ERR_SSL_", 8) == 0 || PyObject_HasAttrString(error, "verify_code");
}

static bool
is_lost(PnState *st, PyObject *error)
{
    if (!PyObject_TypeCheck(error, (PyTypeObject *)(void *)st->NetError))
        return false;
    PyObject *code = PyObject_GetAttrString(error, "code");
    const char *text = code != NULL && PyUnicode_Check(code) ? PyUnicode_AsUTF8(code) : NULL;
    bool found = false;
    for (size_t i = 0; text != NULL && !found && i < sizeof(lost_codes) / sizeof(lost_codes[0]); i++)
        found = strcmp(text, lost_codes[i]) == 0;
    found = found || (text != NULL && is_of_tls(error, text));
    Py_XDECREF(code);
    PyErr_Clear(); /* a subclass may have a `code` of its own, and a code may have lone surrogates */
    return found;
}

bool
pn_socket_unheard(PnEmitter *e, PyObject *error)
{
    return PN_SOCKET(e)->server != NULL && is_lost(e->st, error) && pn_report_lost(e->st, (PyObject *)e, error);
}

PyObject *
pn_socket_is_lost_function(PyObject *module, PyObject *error)
{
    return PyBool_FromLong(is_lost(pn_state_of_module(module), error));
}

PyObject *
pn_socket_unheard_function(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_unheard(socket, error)");
    if (!PyObject_TypeCheck(args[0], pn_state_of_module(module)->Socket))
        return pn_raise_arg_type("socket", "a Socket", args[0]);
    return PyBool_FromLong(pn_socket_unheard(PN_EMITTER(args[0]), args[1]));
}
