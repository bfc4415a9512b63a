/* tls_bio.c - the BIO of an established connection, in place of those of the two MemoryBIO: OpenSSL reads what has come
 * where it lies, and what it has written leaves from where it is. A MemoryBIO clears the memory before it writes there, and
 * costs a copy more each way.
 *
 * OpenSSL calls read_wire(), write_wire() and control(), also inside of the methods of _ssl, without the GIL; `inside` of
 * the filter keeps all else away meanwhile. */
#include "py/tls/tls.h"

#include <string.h>

#include "py/base/errors.h"

#define FLAG_READ         0x01 /* BIO_FLAGS_READ, and so on */
#define FLAG_SHOULD_RETRY 0x08
#define FLAGS_RETRY       0x0F
#define CTRL_PENDING      10
#define CTRL_FLUSH        11
#define TYPE_SOURCE_SINK  0x0400
#define RECORD            16896 /* a record that is encrypted, and a little more */

/* What the functions below need, which get a BIO and nothing else. The OpenSSL of the process: set once, with the GIL. */
static struct {
    void *(*data)(struct bio_st *bio);
    void (*set_flags)(struct bio_st *bio, int flags);
    void (*clear_flags)(struct bio_st *bio, int flags);
} openssl;

/* --- what OpenSSL calls --- */

/* The next bytes of the wire. */
static size_t
take(struct pn_tls_bio *b, char *base, size_t len)
{
    size_t kept = b->kept_len < len ? b->kept_len : len, now = b->now_len < len - kept ? b->now_len : len - kept;
    if (kept > 0) {
        memcpy(base, b->kept + b->kept_at, kept);
        b->kept_at += kept;
        b->kept_len -= kept;
        if (b->kept_len == 0) {
            PyMem_RawFree(b->kept);
            b->kept = NULL;
        }
    }
    if (now > 0) {
        memcpy(base + kept, b->now, now);
        b->now += now;
        b->now_len -= now;
    }
    return kept + now;
}

static int
read_wire(struct bio_st *bio, char *base, int len)
{
    struct pn_tls_bio *b = openssl.data(bio);
    openssl.clear_flags(bio, FLAGS_RETRY);
    size_t n = b != NULL && len > 0 ? take(b, base, (size_t)len) : 0;
    if (n > 0)
        return (int)n;
    openssl.set_flags(bio, FLAG_READ | FLAG_SHOULD_RETRY);
    return -1;
}

static int
write_wire(struct bio_st *bio, const char *base, int len)
{
    struct pn_tls_bio *b = openssl.data(bio);
    openssl.clear_flags(bio, FLAGS_RETRY);
    if (b == NULL || len <= 0)
        return len; /* the filter is gone */
    if (b->wire_size - b->wire_len < (size_t)len) {
        char *wire = PyMem_RawRealloc(b->wire, b->wire_len + (size_t)len);
        if (wire == NULL)
            return -1;
        b->wire = wire;
        b->wire_size = b->wire_len + (size_t)len;
    }
    memcpy(b->wire + b->wire_len, base, (size_t)len);
    b->wire_len += (size_t)len;
    return len;
}

static long
control(struct bio_st *bio, int command, long number, void *pointer)
{
    const struct pn_tls_bio *b = openssl.data(bio);
    (void)number;
    (void)pointer;
    return command == CTRL_FLUSH ? 1 : command == CTRL_PENDING && b != NULL ? (long)(b->kept_len + b->now_len) : 0;
}

/* --- beginning and end --- */

struct bio_method_st *
pn_tls_bio_method(const struct pn_tls_library *lib)
{
    if (openssl.data != NULL && openssl.data != lib->bio_data)
        return NULL; /* a second OpenSSL */
    int type = lib->bio_type();
    struct bio_method_st *method = type > 0 ? lib->method_new(type | TYPE_SOURCE_SINK, "pynet") : NULL;
    if (method == NULL || !lib->method_set_read(method, read_wire) || !lib->method_set_write(method, write_wire) ||
        !lib->method_set_control(method, control))
        return NULL;
    openssl.data = lib->bio_data;
    openssl.set_flags = lib->bio_set_flags;
    openssl.clear_flags = lib->bio_clear_flags;
    return method;
}

void
pn_tls_bio_begin(PnTLS *t)
{
    const struct pn_tls_library *lib = t->library;
    if (lib->method == NULL || lib->bio_pending(lib->rbio(t->ssl)) > 0 || lib->bio_pending(lib->wbio(t->ssl)) > 0)
        return;
    struct bio_st *bio = lib->bio_new(lib->method);
    if (bio == NULL)
        return;
    lib->bio_set_data(bio, &t->bio);
    lib->bio_set_init(bio, 1);
    lib->set_bio(t->ssl, bio, bio);
    t->bio.bio = bio;
}

void
pn_tls_bio_end(PnTLS *t)
{
    struct pn_tls_bio *b = &t->bio;
    if (b->bio != NULL)
        t->library->bio_set_data(b->bio, NULL); /* the SSLObject may live on */
    PyMem_RawFree(b->kept);
    PyMem_RawFree(b->wire);
    memset(b, 0, sizeof(*b));
}

/* --- what comes --- */

int
pn_tls_bio_settle(PnTLS *t)
{
    struct pn_tls_bio *b = &t->bio;
    if (b->now_len == 0)
        return 0;
    if (b->kept_at > 0) {
        memmove(b->kept, b->kept + b->kept_at, b->kept_len);
        b->kept_at = 0;
    }
    char *kept = PyMem_RawRealloc(b->kept, b->kept_len + b->now_len);
    if (kept == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(kept + b->kept_len, b->now, b->now_len);
    b->kept = kept;
    b->kept_len += b->now_len;
    b->now_len = 0;
    return 0;
}

int
pn_tls_bio_feed(PnTLS *t, const char *base, size_t len)
{
    if (pn_tls_bio_settle(t) < 0)
        return -1;
    t->bio.now = base;
    t->bio.now_len = len;
    return 0;
}

/* --- what leaves --- */

void
pn_tls_bio_make_room(PnTLS *t)
{
    struct pn_tls_bio *b = &t->bio;
    if (b->bio == NULL || b->wire != NULL)
        return;
    b->wire = t->st->tls_spare;
    t->st->tls_spare = NULL;
    if (b->wire == NULL)
        b->wire = PyMem_RawMalloc(RECORD);
    b->wire_size = b->wire != NULL ? RECORD : 0;
}

void
pn_tls_bio_sent(PnTLS *t)
{
    struct pn_tls_bio *b = &t->bio;
    if (b->wire_size == RECORD && t->st->tls_spare == NULL)
        t->st->tls_spare = b->wire;
    else
        PyMem_RawFree(b->wire);
    b->wire = NULL;
    b->wire_len = b->wire_size = 0;
}

int
pn_tls_bio_collect(PnTLS *t)
{
    struct pn_tls_bio *b = &t->bio;
    struct pn_chunk chunk = {b->wire, b->wire_len, b->wire, PyMem_RawFree};
    if (chunk.len == 0)
        return 0;
    if (pn_chunkq_push(&t->out, chunk) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    b->wire = NULL;
    b->wire_len = b->wire_size = 0;
    return 0;
}
