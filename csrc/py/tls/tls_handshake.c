/* tls_handshake.c - the handshake of TLS: goes on with each flight of the peer, ends with `secureConnect` or with an
 * error, at the latest after handshake_timeout. */
#include "py/tls/tls.h"

#include "py/base/errors.h"
#include "py/events/emitter.h"
#include "py/loop/tick.h"
#include "py/socket/socket.h"
#include "py/stream/duplex.h"
#include "py/stream/duplex_errors.h"

/* --- the timeout --- */

static void
on_timeout(struct pn_loop_timer *timer)
{
    PnTLS *t = (PnTLS *)(void *)((char *)timer - offsetof(PnTLS, timer));
    PnState *st = t->st;
    if (st->closed || !pn_tls_is_on(t) || t->established)
        return;
    unsigned scope = pn_callback_scope_open(st);
    PnDuplex *s = t->s;
    Py_INCREF(t);
    Py_INCREF(s);
    PyObject *error = PyObject_CallOneArg(pn_tls_function(st, PN_TLS_TIMEOUT_ERROR), (PyObject *)s);
    pn_tls_fail_with(t, error);
    pn_callback_scope_close(st, scope);
    Py_DECREF(s);
    Py_DECREF(t);
}

int
pn_tls_arm(PnTLS *t)
{
    t->timer.fire = on_timeout;
    if (pn_loop_arm(t->st->loop, &t->timer, pn_timers_deadline(uv_hrtime(), t->timeout * 1e6)) == 0)
        return 0;
    PyErr_NoMemory();
    return -1;
}

/* --- going on --- */

/* The peer has ended the connection. */
static void
fail_ended(PnTLS *t)
{
    PyErr_SetNone(pn_tls_function(t->st, PN_TLS_EOF_ERROR));
    pn_tls_fail(t);
}

static void
complete(PnTLS *t)
{
    PnDuplex *s = t->s;
    t->established = true;
    pn_tls_direct_established(t);
    PN_SOCKET(s)->secured = 1;
    pn_loop_disarm(t->st->loop, &t->timer);
    if (t->then != NULL)
        t->then(s, NULL);
    else
        (void)pn_emit_cycle(&s->em, PN_CYCLE_SECURE_CONNECT, NULL);
    if (pn_tls_is_on(t) && !t->wants)
        pn_stream_read_stop(t->io);
    if (pn_tls_is_on(t) && s->wq != NULL && s->wq->busy && t->out.count == 0)
        pn_tls_batch_left(t);
}

int
pn_tls_handshake(PnTLS *t)
{
    if (pn_tls_feed_all(t) < 0) {
        pn_tls_fail(t);
        return -1;
    }
    Py_ssize_t outcome = pn_tls_call_handshake(t);
    if (!pn_tls_is_on(t)) {
        PyErr_Clear();
        return -1;
    }
    if (outcome == PN_TLS_ERROR || pn_tls_collect(t) < 0) {
        pn_tls_fail(t);
        return -1;
    }
    int status = pn_tls_send_or_drop(t);
    if (status < 0 && !t->wire_ended) {
        pn_tls_fail_with(t, pn_duplex_uv_error(t->s, status, "write"));
        return -1;
    }
    if (outcome == 0) {
        complete(t);
        return pn_tls_is_on(t) ? 1 : -1;
    }
    if (t->wire_ended || outcome == PN_TLS_OVER) {
        fail_ended(t);
        return -1;
    }
    return 0;
}
