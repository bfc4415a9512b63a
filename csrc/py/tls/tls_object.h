/* tls_object.h - struct PnTLS: the filter that encrypts a connection, by an ssl.SSLObject.
 *
 * Calls into the SSLObject release the GIL (those of tls_direct.c do not), so another thread may write to the socket,
 * destroy it or connect it again meanwhile. `inside` is set during such a call: nothing else calls the object then, and
 * what another thread or the loop has for it waits. After each of them pn_tls_is_on() says whether the connection is
 * still the same. */
#ifndef PN_PY_TLS_TLS_OBJECT_H
#define PN_PY_TLS_TLS_OBJECT_H

#include "core/chunkq.h"
#include "core/tls_records.h"
#include "py/stream/filter.h"
#include "py/tls/tls_library.h"

/* The bound methods of the SSLObject and of its two MemoryBIO, in the order of _tls.Parts. */
enum pn_tls_call {
    PN_TLS_HANDSHAKE,
    PN_TLS_READ,
    PN_TLS_WRITE,
    PN_TLS_SHUTDOWN,
    PN_TLS_FEED,
    PN_TLS_TAKE,
    PN_TLS_CALLS
};

/* The handshake of a connection that a server has accepted is over: `error` is NULL, or (borrowed) why it failed. */
typedef void (*pn_tls_then)(PnDuplex *s, PyObject *error);

/* The memory of the BIOs of an established connection: tls_bio.c. */
struct pn_tls_bio {
    struct buf_mem_st *in, *out; /* borrowed from the BIOs; NULL: these have their own memory */
    char *kept;                  /* own: bytes of the wire, whose end the connection has not read */
    bool lent;                   /* it reads memory of the caller's, not `kept` */
};

typedef struct PnTLS {
    PyObject_HEAD
    struct pn_filter filter;
    PnState *st;
    PnDuplex *s;          /* borrowed, while `io` is not NULL */
    struct pn_stream *io; /* borrowed: the handle; NULL: not yet, or not any more */
    PyObject *ssl_object; /* own, as the next two */
    PyObject *calls[PN_TLS_CALLS];
    PyObject *hostname;                   /* str, the name of the server that the client asks for; NULL: none */
    const struct pn_tls_library *library; /* with `ssl` */
    struct ssl_st *ssl; /* OpenSSL's connection, while `calls` keep it alive; NULL: not known, see tls_library.c */
    struct pn_tls_bio bio;
    pn_tls_then then;     /* NULL: `secureConnect` or `error` */
    struct pn_chunkq out; /* bytes of the wire that the kernel has not taken, in their order */
    const char *input;    /* bytes of the wire that come just now, and have not been used */
    size_t input_len;
    struct pn_chunkq stash;        /* bytes of the wire that came while another thread was inside */
    struct pn_chunkq hello;        /* the client's first record, while it comes in pieces */
    struct pn_chunkq plain;        /* decrypted bytes that a reader has not taken */
    size_t plain_first;            /* so many bytes of the write queue leave before TLS, unencrypted */
    size_t sealed;                 /* so many bytes at the front of the write queue are in `out`, encrypted */
    struct pn_tls_records records; /* of what has been fed */
    size_t whole;                  /* so many of them may hold data; PN_TLS_UNKNOWN: ask the SSLObject */
    char *span;                    /* the memory that the filter exports as a buffer, during a call */
    size_t span_len;
    size_t requested;           /* so many bytes of `out` are libuv's; 0: none */
    struct pn_link turn;        /* in st->tls_waiting, while its handshake waits for a turn */
    struct pn_loop_timer timer; /* the handshake_timeout */
    double timeout;             /* ms */
    uint16_t connection;        /* which connection of the socket */
    bool direct;                /* the calls are those of _ssl, which keep no buffer */
    unsigned long thread;       /* which thread is inside */
    bool inside;                /* a thread is in the SSLObject */
    bool put_off;               /* pn_tls_advance() has found another thread inside */
    bool established;           /* the handshake is complete */
    bool asks_name;             /* it is a server, and does not know yet which name the client asks for */
    bool failed;
    bool wants;       /* the reading half wants bytes */
    bool advances;    /* a tick will advance it */
    bool wire_ended;  /* the peer has sent its FIN */
    bool peer_closed; /* the peer has sent close_notify */
    bool ended;       /* the reading half has had the end */
    bool closes;      /* the writable half ends: close_notify is due */
    bool fin;         /* close_notify is in `out`: the FIN follows */
    bool strict_end;  /* a FIN without close_notify is an error */
    bool stalled;     /* write() of the SSLObject waits for bytes of the peer */
    bool ticket_seen; /* `session` has been emitted, or no ticket is expected any more */
    uint8_t looks;    /* so many times the session was asked for a ticket */
} PnTLS;

#define PN_TLS_UNKNOWN SIZE_MAX

#define PN_TLS(o)      ((PnTLS *)(void *)(o))

static inline PnTLS *
pn_tls_of_filter(void *filter)
{
    return (PnTLS *)(void *)((char *)filter - offsetof(PnTLS, filter));
}

/* It still filters its connection, which is open. At exit as well: what was written is encrypted and sent then. */
static inline bool
pn_tls_is_on(const PnTLS *t)
{
    return t->io != NULL && t->s->io == t->io && !t->s->destroyed &&
           (t->s->em.generation == t->st->generation || t->st->closed);
}

#endif
