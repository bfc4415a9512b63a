/* tls_direct.c - calls OpenSSL itself, with the GIL: data of an established connection. The methods of _ssl do the same,
 * but give the GIL back meanwhile: a thread that computes in Python then keeps it for up to 5 ms, for each record. A
 * handshake computes long enough to give the GIL back.
 *
 * A call either does what the method would have done, or says that it has not: then the caller calls the method, which
 * finds OpenSSL's queue of errors as the first call has left it, and raises what it would have raised. */
#include "py/tls/tls.h"

/* What the connection wants, if the method would raise it as an exception: an SSLWantReadError costs 5,000 instructions. */
static Py_ssize_t
outcome_of(const struct pn_tls_library *library, const struct ssl_st *ssl, int result)
{
    int error = library->error(ssl, result);
    return error == PN_SSL_ERROR_WANT_READ     ? PN_TLS_WANTS
           : error == PN_SSL_ERROR_ZERO_RETURN ? PN_TLS_OVER
                                               : PN_TLS_ERROR;
}

Py_ssize_t
pn_tls_direct_handshake(PnTLS *t)
{
    const struct pn_tls_library *library = t->library;
    struct ssl_st *ssl = t->ssl;
    PyObject *kept = Py_NewRef(t->ssl_object); /* another thread may free the filter's connection */
    t->inside = true;
    t->thread = PyThread_get_thread_ident();
    PyThreadState *ts = PyEval_SaveThread();
    int result = library->do_handshake(ssl);
    Py_ssize_t outcome = result == 1 ? 0 : outcome_of(library, ssl, result);
    PyEval_RestoreThread(ts);
    t->inside = false;
    Py_DECREF(kept);
    return outcome == PN_TLS_OVER ? PN_TLS_ERROR : outcome;
}

void
pn_tls_direct_begin(PnTLS *t)
{
    t->whole = 0;
    t->records.other = false;
    if (!pn_tls_may_call(t))
        return;
    t->library->set_read_ahead(t->ssl, 1); /* one call of the BIO for a record in place of two: nothing else reads it */
    pn_tls_bio_begin(t);
}

void
pn_tls_direct_established(PnTLS *t)
{
    if (t->ssl != NULL && t->records.have == 0 && !t->records.invalid &&
        t->library->bio_pending(t->library->rbio(t->ssl)) == 0)
        pn_tls_direct_begin(t);
}

Py_ssize_t
pn_tls_direct_read(PnTLS *t, char *base, size_t len)
{
    size_t n = 0;
    int result = t->library->read(t->ssl, base, len, &n);
    return result == 1 ? (Py_ssize_t)n : outcome_of(t->library, t->ssl, result);
}

size_t
pn_tls_direct_write(PnTLS *t, const char *base, size_t len)
{
    size_t n = 0;
    return t->library->write(t->ssl, base, len, &n) == 1 ? n : 0;
}

/* --- the two MemoryBIO --- */

static bool
may_use_bios(const PnTLS *t)
{
    return t->ssl != NULL && !t->st->tls_indirect;
}

bool
pn_tls_direct_feed(PnTLS *t, const char *base, size_t len)
{
    return may_use_bios(t) && len <= INT_MAX &&
           t->library->bio_write(t->library->rbio(t->ssl), base, (int)len) == (int)len;
}

size_t
pn_tls_direct_take(PnTLS *t, char *base, size_t len)
{
    int n = may_use_bios(t) ? t->library->bio_read(t->library->wbio(t->ssl), base, (int)len) : 0;
    return n > 0 ? (size_t)n : 0;
}
