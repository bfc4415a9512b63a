/* tls.h - TLS: a filter between the handle of a socket and its halves, over the user's ssl.SSLContext.
 *
 *   tls_object.h      struct PnTLS
 *   tls_functions.c   the functions of pynet._tls
 *   tls_type.c        makes the filter, and frees it
 *   tls_filter.c      puts the filter on a connection; struct pn_filter_ops: what the handle and the halves ask
 *   tls_handshake.c   the handshake, its timeout
 *   tls_fail.c        its failure, or that of the connection after it
 *   tls_turns.c       how many handshakes of servers go on in one turn of the loop
 *   tls_wire.c        sends what is encrypted
 *   tls_out.c         encrypts the write queue
 *   tls_in.c          decrypts what has come, and delivers it
 *   tls_calls.c       calls the SSLObject and its MemoryBIO
 *   tls_library.c     finds OpenSSL's functions, and the connection of an SSLObject
 *   tls_direct.c      calls them in place of the SSLObject
 *   tls_bio.c         the memory of the BIOs of a connection that it calls so
 *   tls_state.c       the properties of a socket that tell about TLS; start_tls() */
#ifndef PN_PY_TLS_TLS_H
#define PN_PY_TLS_TLS_H

#include "py/tls/tls_object.h"

/* --- tls_functions.c --- */
/* Which function of pynet._tls. */
enum pn_tls_function {
    PN_TLS_PARTS_FOR,
    PN_TLS_ERROR_FOR,
    PN_TLS_TIMEOUT_ERROR,
    PN_TLS_TICKET,
    PN_TLS_WANT_READ,
    PN_TLS_ZERO_RETURN,
    PN_TLS_EOF_ERROR,
    PN_TLS_START,
    PN_TLS_DESCRIBE,
    PN_TLS_FUNCTIONS
};
/* Borrowed; NULL with an exception. The first call imports the module ssl. */
PyObject *pn_tls_function(PnState *st, enum pn_tls_function which);

/* --- tls_type.c --- */
extern PyType_Spec pn_tls_spec;
/* _tls.parts_for(): checks the options, and makes the parts of a filter. NULL for an option that was not given; `name` is
 * that of the context in errors. New reference; NULL with an exception. */
PyObject *pn_tls_parts(PnState *st, PyObject *context, const char *name, bool server_side, PyObject *hostname,
                       PyObject *session, PyObject *timeout, PyObject *strict_end);
/* The option ssl was not given: those that belong to it must not be either. 0, or -1 with ValueError. */
int pn_tls_check_without(const char *const *names, PyObject *const *values, size_t count);
/* Makes a filter for the parts that _tls.parts_for() has made. New reference; NULL with an exception. */
PnTLS *pn_tls_new(PnState *st, PyObject *parts);

/* --- tls_filter.c --- */
/* Whether TLS can start on an open connection. 0, or -1 with an exception. */
int pn_tls_check_start(PnDuplex *s);
/* The filter of a connection from now on, which is connected and has none: begins the handshake. What has been read and
 * not consumed are the first bytes of TLS. 0, or -1 with an exception: nothing has changed. */
int pn_tls_attach(PnTLS *t, PnDuplex *s);
/* Goes on with whatever can go on, on the thread of the loop, inside of a callback. */
void pn_tls_advance(PnTLS *t);
/* The same by a tick, where something waits. */
void pn_tls_advance_soon(PnTLS *t);
/* The filter of a connection, which it has had; NULL: none. */
PnTLS *pn_tls_of(PyObject *socket);

/* Of the state: no handshake waits for its turn. */
void pn_tls_turns_init(PnState *st);

/* --- tls_handshake.c --- */
int pn_tls_arm(PnTLS *t); /* the handshake_timeout. 0, or -1 with MemoryError */
/* Goes on. 1: complete, 0: waits for the peer, -1: failed, or it is not on any more. */
int pn_tls_handshake(PnTLS *t);

/* --- tls_fail.c --- */
/* Fails with the exception that is set: sends the alert, destroys the socket or tells the server. */
void pn_tls_fail(PnTLS *t);
/* The same with an error (own; NULL: the exception that is set), without an alert. */
void pn_tls_fail_with(PnTLS *t, PyObject *error);

/* --- tls_turns.c --- */
#define PN_TLS_HANDSHAKES_PER_TURN 4
/* False: it is the handshake of a server, and waits for one of the next turns. */
bool pn_tls_may_go_on(PnTLS *t);
void pn_tls_leave_queue(PnTLS *t);
/* Takes the next one that goes on in this turn out of the queue. Borrowed; NULL: none. */
PnTLS *pn_tls_take_turn(PnState *st);
/* Those that are left go on in the next turn. */
void pn_tls_next_turn(PnState *st);

/* --- tls_wire.c --- */
/* Appends what the SSLObject has for the peer to `out`. 0, or -1 with an exception. */
int pn_tls_collect(PnTLS *t);
/* Sends one record that is still the SSLObject's, at most, and collects what is left. `out` is empty. 0, or a status; 1
 * with an exception. */
int pn_tls_send_record(PnTLS *t);
/* Sends `out`: what the kernel does not take is libuv's. 0, or a status. */
int pn_tls_send(PnTLS *t);
/* The same for what TLS says of itself. If it fails, the peer has closed, and may have sent something before: that counts,
 * and the next write fails. A status: there are bytes of the user as well. */
int pn_tls_send_or_drop(PnTLS *t);

/* --- tls_out.c --- */
/* Encrypts and sends what may leave of the write queue, which is `busy`. The caller holds the filter and the socket. */
void pn_tls_seal(PnTLS *t);
/* The batch that was encrypted has left. */
void pn_tls_batch_left(PnTLS *t);
/* libuv's request is done, or has failed. */
void pn_tls_written(PnDuplex *s, struct pn_stream *io, int status);
/* Sends close_notify, then the FIN. The caller holds the filter and the socket. */
void pn_tls_close_notify(PnTLS *t);

/* --- tls_in.c --- */
/* Keeps bytes of the wire for later. 0, or -1 with MemoryError. */
int pn_tls_keep_input(PnTLS *t, const char *base, size_t len);
/* Gives the SSLObject everything that has come. 0, or -1 with an exception. */
int pn_tls_feed_all(PnTLS *t);
/* Decrypts and delivers. 1: there is more, 0: not now, -1: it is not on any more. */
int pn_tls_read(PnTLS *t);
/* Gives a reader what it has not taken. */
void pn_tls_give_reader(PnTLS *t);

/* --- tls_calls.c --- */
/* A call of the SSLObject: sets `inside`, and releases the GIL. PN_TLS_WANTS: it needs bytes of the peer; PN_TLS_OVER: the
 * peer has closed; PN_TLS_ERROR: an exception is set; else the result, of read() and write() the count. */
enum { PN_TLS_ERROR = -1, PN_TLS_WANTS = -2, PN_TLS_OVER = -3 };
/* For other calls of the SSLObject: waits until no other thread is inside, for microseconds after the handshake, and sets
 * `inside`; the caller resets it. False: this thread is inside already. */
bool pn_tls_enter(PnTLS *t);
Py_ssize_t pn_tls_call_handshake(PnTLS *t);
Py_ssize_t pn_tls_call_read(PnTLS *t, char *base, size_t len);
/* `bytes` (may be NULL) is the exact bytes object that is just this memory. */
Py_ssize_t pn_tls_call_write(PnTLS *t, PyObject *bytes, const char *base, size_t len);
Py_ssize_t pn_tls_call_shutdown(PnTLS *t);
/* The filter itself is the buffer that read(), write() and feed() get: the memory of the call. Only code of _ssl sees it. */
int pn_tls_get_buffer(PyObject *op, Py_buffer *view, int flags);
/* incoming.write(), of as many bytes as `*len` says then. 0, or -1 with an exception. */
int pn_tls_call_feed(PnTLS *t, const char *base, size_t *len);
/* outgoing.read(): an exact bytes object, NULL with an exception. */
PyObject *pn_tls_call_take(PnTLS *t);

/* --- tls_library.c --- */
/* _tls_wrap(wrap_bio, ...): calls it. Returns its result, and the address of the connection that OpenSSL has made
 * meanwhile, or 0. */
PyObject *pn_tls_wrap(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
/* Sets `ssl` if the connection at this address is proven to be that of the filter. */
void pn_tls_find_connection(PnTLS *t, PyObject *address);

/* --- tls_direct.c --- */
/* The connection is known, and no function of the user wants to see its keys. */
static inline bool
pn_tls_has_library(const PnTLS *t)
{
    return t->ssl != NULL && !t->st->tls_indirect && t->library->keylog(t->library->context(t->ssl)) == NULL;
}
/* Whether the next functions may be called. They need the GIL, and run no code of the user. The connection is established,
 * and only data and alerts have come since. With other records, such as those of a renegotiation, OpenSSL may call functions
 * of the user, whose exceptions only _ssl raises. */
static inline bool
pn_tls_may_call(const PnTLS *t)
{
    return pn_tls_has_library(t) && t->established && t->whole != PN_TLS_UNKNOWN && !t->records.other;
}
/* The same for the handshake. When OpenSSL fails, the method of the SSLObject finds the error again. Since OpenSSL 3.2 it
 * does not if the first record is not one of TLS, or is an alert of a wrong version. */
static inline bool
pn_tls_may_shake(const PnTLS *t)
{
    return pn_tls_has_library(t) && !t->records.invalid && !t->records.alert;
}
/* Goes on with the handshake. 0: it is complete; PN_TLS_WANTS; PN_TLS_ERROR, without an exception: the method of the
 * SSLObject must say why it has failed. Releases the GIL meanwhile. */
Py_ssize_t pn_tls_direct_handshake(PnTLS *t);
/* The count, PN_TLS_WANTS, PN_TLS_OVER, or PN_TLS_ERROR as above. */
Py_ssize_t pn_tls_direct_read(PnTLS *t, char *base, size_t len);
/* The count; 0: the method must do it. */
size_t pn_tls_direct_write(PnTLS *t, const char *base, size_t len);
/* All records of the handshake have been read: what comes from now on is known by its headers. */
void pn_tls_direct_begin(PnTLS *t);
/* The handshake is complete: the same if nothing has come after it. */
void pn_tls_direct_established(PnTLS *t);
/* These two at any time. Takes what the connection has written, up to `len` bytes (an int); 0: ask the MemoryBIO. */
bool pn_tls_direct_feed(PnTLS *t, const char *base, size_t len);
size_t pn_tls_direct_take(PnTLS *t, char *base, size_t len);

/* --- tls_bio.c --- */
/* From now on the functions below serve the connection (t->bio.in is not NULL), and the MemoryBIO must not be used; unless
 * something is left in these. */
void pn_tls_bio_begin(PnTLS *t);
void pn_tls_bio_end(PnTLS *t);
/* The connection reads these bytes next, or as many of them as `*len` says then. They are the caller's, until
 * pn_tls_bio_settle(), which keeps what was not read, or pn_tls_bio_forget(). 0, or -1 with MemoryError. */
int pn_tls_bio_feed(PnTLS *t, const char *base, size_t *len);
int pn_tls_bio_settle(PnTLS *t);
void pn_tls_bio_forget(PnTLS *t);
/* What the connection has written (t->bio.out) has left. */
void pn_tls_bio_sent(PnTLS *t);
/* Appends it to `out`. 0, or -1 with MemoryError. */
int pn_tls_bio_collect(PnTLS *t);

/* --- tls_state.c --- */
/* _tls_attach(socket, parts): start_tls(). */
PyObject *pn_tls_attach_function(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
/* _tls_set_direct(on): for tests; returns what it was. _tls_is_direct(socket): whether the next call would be;
 * _tls_knows_connection(parts): whether that of these parts is proven. */
PyObject *pn_tls_knows_connection(PyObject *module, PyObject *parts);
PyObject *pn_tls_set_direct(PyObject *module, PyObject *on);
PyObject *pn_tls_is_direct(PyObject *module, PyObject *socket);
PyObject *pn_socket_start_tls_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
extern const char pn_start_tls_doc[];
/* Adds what tells about TLS to the type Socket. 0, or -1 with an exception. */
int pn_tls_add_members(PyTypeObject *type);

#endif
