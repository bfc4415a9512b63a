/* server_tls.c - a server with the option ssl: its connections are handed out when their handshake is complete. One whose
 * handshake fails is destroyed, without `error`; the server emits `tlsClientError`. */
#include "py/server/server_tls.h"

#include "py/base/args.h"
#include "py/events/emitter.h"
#include "py/loop/uncaught.h"
#include "py/stream/duplex.h"
#include "py/tls/tls.h"

/* --- options --- */

/* Makes the parts of a connection that never is: so the options are checked as those of each connection will be. New
 * reference; NULL with an exception. */
static PyObject *
parts_for(PnState *st, PyObject *context, const char *name, PyObject *timeout, bool strict_end)
{
    return pn_tls_parts(st, context, name, true, NULL, NULL, timeout, strict_end ? Py_True : Py_False);
}

int
pn_server_set_tls(PnServer *s, PyObject *context, PyObject *timeout, PyObject *strict_end)
{
    static const char *const names[] = {"handshake_timeout", "strict_end"};
    PyObject *const values[] = {timeout, strict_end};
    bool off = context == NULL || context == Py_False;
    int strict = pn_arg_bool(strict_end);
    if (strict < 0)
        return -1;
    if (off && pn_tls_check_without(names, values, 2) < 0)
        return -1;
    if (off) {
        pn_server_tls_free(s);
        return 0;
    }
    PyObject *parts = parts_for(s->em.st, context, "options.ssl", timeout != NULL ? timeout : Py_None, strict != 0);
    Py_XDECREF(parts);
    struct pn_server_tls *tls = parts != NULL ? PyMem_RawCalloc(1, sizeof(*tls)) : NULL;
    if (tls == NULL)
        return parts != NULL ? (PyErr_NoMemory(), -1) : -1;
    tls->context = Py_NewRef(context);
    tls->timeout = Py_NewRef(timeout != NULL ? timeout : Py_None);
    tls->strict_end = strict != 0;
    pn_server_tls_free(s);
    s->counts->tls = tls;
    return 0;
}

void
pn_server_tls_free(PnServer *s)
{
    struct pn_server_tls *tls = s->counts != NULL ? s->counts->tls : NULL;
    if (tls == NULL)
        return;
    s->counts->tls = NULL;
    Py_DECREF(tls->context);
    Py_DECREF(tls->timeout);
    PyMem_RawFree(tls);
}

int
pn_server_tls_traverse(const PnServer *s, visitproc visit, void *arg)
{
    if (s->counts != NULL && s->counts->tls != NULL)
        Py_VISIT(s->counts->tls->context);
    return 0;
}

const char pn_set_secure_context_doc[] =
    "set_secure_context($self, context, /)\n--\n\n"
    "The next connections use this ssl.SSLContext; those that are open keep theirs. So a renewed certificate needs\n"
    "no restart. Raises TypeError if it is not an SSLContext, NetError ERR_TLS_NOT_SECURE for a server without the\n"
    "option ssl. Node: tlsServer.setSecureContext().";

PyObject *
pn_server_set_secure_context(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"context", NULL};
    PnServer *s = PN_SERVER(op);
    PyObject *a[1];
    if (pn_check_alive(&s->em) < 0 || pn_unpack("set_secure_context", names, 1, args, nargs, kwnames, a) < 0)
        return NULL;
    if (s->counts->tls == NULL)
        return pn_raise_net(s->em.st, "ERR_TLS_NOT_SECURE", "The server was made without the option ssl");
    PyObject *parts = parts_for(s->em.st, a[0], "context", s->counts->tls->timeout, false);
    if (parts == NULL)
        return NULL;
    Py_DECREF(parts);
    Py_SETREF(s->counts->tls->context, Py_NewRef(a[0]));
    Py_RETURN_NONE;
}

/* --- connections --- */

/* The end of the handshake. */
static void
handshake_ended(PnDuplex *d, PyObject *error)
{
    PnServer *s = PN_SERVER(PN_SOCKET(d)->server);
    PnState *st = d->em.st;
    Py_INCREF(s);
    if (error == NULL) {
        (void)pn_emit1(&s->em, st->names.secureConnection, (PyObject *)d);
        if (s->em.generation == st->generation && s->counts->tls != NULL && !d->destroyed)
            s->counts->tls->ready(s, PN_SOCKET(d));
    }
    else {
        PyObject *stack[3] = {NULL, error, (PyObject *)d};
        if (pn_emit(&s->em, st->names.tlsClientError, stack + 1, 2) == 0)
            (void)pn_report_lost(st, (PyObject *)d, error);
        if (s->em.generation == st->generation)
            pn_duplex_destroy(d, NULL);
    }
    Py_DECREF(s);
}

void
pn_server_secure(PnServer *s, PnSocket *sock, void (*ready)(PnServer *s, PnSocket *sock))
{
    PnState *st = s->em.st;
    struct pn_server_tls *tls = s->counts->tls;
    tls->ready = ready;
    PyObject *context = Py_NewRef(tls->context), *timeout = Py_NewRef(tls->timeout);
    PyObject *parts = parts_for(st, context, "options.ssl", timeout, tls->strict_end);
    Py_DECREF(context);
    Py_DECREF(timeout);
    PnTLS *t = parts != NULL && !sock->d.destroyed ? pn_tls_new(st, parts) : NULL;
    Py_XDECREF(parts);
    if (t != NULL)
        t->then = handshake_ended;
    if (t == NULL || pn_tls_attach(t, &sock->d) < 0) {
        PyObject *error = pn_take_exception();
        if (error != NULL)
            handshake_ended(&sock->d, error);
        else
            pn_duplex_destroy(&sock->d, NULL);
        Py_XDECREF(error);
    }
    Py_XDECREF(t);
}
