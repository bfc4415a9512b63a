/* connect_tls.c - connect(ssl=): checks its options before anything changes, and starts TLS when the socket has connected. */
#include "py/base/args.h"
#include "py/connect/connect.h"
#include "py/stream/duplex.h"
#include "py/stream/frames.h"
#include "py/tls/tls.h"

int
pn_connect_read_tls(PnSocket *s, const struct pn_endpoint *e, PyObject **v, struct pn_connect_options *o)
{
    static const char *const names[] = {"server_hostname", "session", "handshake_timeout", "strict_end"};
    PnState *st = s->d.em.st;
    PyObject *host = e->host != NULL ? e->host : st->names.localhost;
    if (v[PN_C_SSL] == NULL || v[PN_C_SSL] == Py_False)
        return pn_tls_check_without(names, &v[PN_C_SERVER_HOSTNAME], 4);
    if (pn_takes_frames(&s->d)) {
        pn_raise_arg_value("options.ssl", "cannot be given together with receive_handles", v[PN_C_SSL]);
        return -1;
    }
    PyObject *name = v[PN_C_SERVER_HOSTNAME];
    if (name == NULL && e->path == NULL && PyUnicode_Check(host))
        name = host;
    PyObject *parts = pn_tls_parts(st, v[PN_C_SSL], "options.ssl", false, name, v[PN_C_SESSION],
                                   v[PN_C_HANDSHAKE_TIMEOUT], v[PN_C_STRICT_END]);
    o->tls = parts != NULL ? (PyObject *)pn_tls_new(st, parts) : NULL;
    Py_XDECREF(parts);
    return o->tls != NULL ? 0 : -1;
}

int
pn_connect_prepare_tls(PnSocket *s, const struct pn_connect_options *o)
{
    if (o->tls != NULL && pn_extras_of(s) == NULL)
        return -1;
    if (s->extras != NULL)
        Py_XSETREF(s->extras->tls, Py_XNewRef(o->tls));
    if (o->tls != NULL && o->proxy_header != NULL)
        PN_TLS(o->tls)->plain_first = (size_t)PyBytes_GET_SIZE(o->proxy_header);
    return 0;
}

void
pn_connect_start_tls(PnSocket *s)
{
    if (s->extras == NULL || s->extras->tls == NULL)
        return;
    PyObject *t = Py_NewRef(s->extras->tls);
    if (pn_tls_attach(PN_TLS(t), &s->d) < 0)
        pn_duplex_destroy_steal(&s->d, NULL);
    Py_DECREF(t);
}
