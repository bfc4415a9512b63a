/* tls_bio.c - the memory of the two MemoryBIO while pynet calls OpenSSL itself: OpenSSL reads what has come where it lies, and
 * what it has written leaves from where it is. Writing to a MemoryBIO clears the memory first, and costs a copy more, as
 * reading from it does.
 *
 * The BUF_MEM of a memory BIO is a public struct of OpenSSL; BIO_C_SET_BUF_MEM makes the BIO look at it again. The memory of
 * the input is not OpenSSL's: so nothing may write to that BIO. */
#include "py/tls/tls.h"

#include <string.h>

#include "py/base/errors.h"

#define SET_CLOSE   9 /* BIO_CTRL_SET_CLOSE, and so on */
#define SET_BUF_MEM 114
#define GET_BUF_MEM 115
#define MOST_KEPT   4096 /* so much memory a connection keeps for what it writes */

/* The BIO looks at its memory again. */
static void
show(const struct pn_tls_library *lib, struct bio_st *bio, struct buf_mem_st *mem)
{
    (void)lib->bio_control(bio, SET_BUF_MEM, 0, mem);
}

static void
read_from(PnTLS *t, char *base, size_t len)
{
    struct buf_mem_st *in = t->bio.in;
    in->data = base;
    in->length = in->max = len;
    show(t->library, t->library->rbio(t->ssl), in);
}

static size_t
unread(const PnTLS *t)
{
    return t->library->bio_pending(t->library->rbio(t->ssl));
}

/* --- beginning and end --- */

/* Its BUF_MEM, which the BIO does not free any more; NULL: something is in it, or it is no memory BIO. */
static struct buf_mem_st *
borrow(const struct pn_tls_library *lib, struct bio_st *bio)
{
    struct buf_mem_st *mem = NULL;
    if (lib->bio_pending(bio) > 0 || lib->bio_control(bio, GET_BUF_MEM, 0, &mem) <= 0 || mem == NULL)
        return NULL;
    (void)lib->bio_control(bio, SET_CLOSE, 0, NULL);
    return mem;
}

static void
give_back(const struct pn_tls_library *lib, struct bio_st *bio, struct buf_mem_st *mem)
{
    if (mem == NULL)
        return;
    show(lib, bio, mem);
    (void)lib->bio_control(bio, SET_CLOSE, 1, NULL);
}

/* The connection reads from any memory. */
static bool
proven(PnTLS *t)
{
    const struct pn_tls_library *lib = t->library;
    char text[] = "pynet", back[sizeof(text)];
    read_from(t, text, sizeof(text));
    return unread(t) == sizeof(text) &&
           lib->bio_read(lib->rbio(t->ssl), back, (int)sizeof(back)) == (int)sizeof(text) &&
           memcmp(text, back, sizeof(text)) == 0 && unread(t) == 0;
}

void
pn_tls_bio_begin(PnTLS *t)
{
    const struct pn_tls_library *lib = t->library;
    struct bio_st *rbio = lib->rbio(t->ssl), *wbio = lib->wbio(t->ssl);
    struct buf_mem_st *in = borrow(lib, rbio), *out = in != NULL ? borrow(lib, wbio) : NULL;
    struct buf_mem_st before = in != NULL ? *in : (struct buf_mem_st){0};
    t->bio.in = in;
    if (out != NULL && proven(t)) {
        lib->free(before.data, __FILE__, __LINE__);
        read_from(t, NULL, 0);
        t->bio.out = out;
        return;
    }
    if (in != NULL)
        *in = before;
    give_back(lib, rbio, in);
    give_back(lib, wbio, out);
    t->bio.in = NULL;
}

void
pn_tls_bio_end(PnTLS *t)
{
    struct pn_tls_bio *b = &t->bio;
    if (b->in == NULL)
        return;
    read_from(t, NULL, 0);
    give_back(t->library, t->library->rbio(t->ssl), b->in);
    give_back(t->library, t->library->wbio(t->ssl), b->out);
    PyMem_RawFree(b->kept);
    memset(b, 0, sizeof(*b));
}

/* --- what comes --- */

static char *
grow(PnTLS *t, size_t size)
{
    char *kept = PyMem_RawRealloc(t->bio.kept, size);
    if (kept != NULL)
        t->bio.kept = kept;
    else
        PyErr_NoMemory();
    return kept;
}

void
pn_tls_bio_forget(PnTLS *t)
{
    if (t->bio.lent)
        read_from(t, NULL, 0);
    t->bio.lent = false;
}

int
pn_tls_bio_settle(PnTLS *t)
{
    struct pn_tls_bio *b = &t->bio;
    if (b->lent && t->whole == 0 && t->records.have == 0 && !t->records.invalid)
        b->lent = false; /* all of it has been read: the BIO is empty, wherever it points */
    if (!b->lent)
        return 0;
    size_t rest = unread(t);
    const char *from = b->in->data + b->in->length - rest;
    char *kept = rest > 0 ? grow(t, rest) : NULL;
    pn_tls_bio_forget(t);
    if (kept == NULL)
        return rest > 0 ? -1 : 0;
    memcpy(kept, from, rest);
    read_from(t, kept, rest);
    return 0;
}

int
pn_tls_bio_feed(PnTLS *t, const char *base, size_t *len)
{
    struct pn_tls_bio *b = &t->bio;
    size_t rest = b->kept != NULL ? unread(t) : 0;
    if (rest == 0) {
        PyMem_RawFree(b->kept);
        b->kept = NULL;
        b->lent = true;
        read_from(t, (char *)(uintptr_t)base, *len);
        return 0;
    }
    /* What was kept is a part of a record: only the rest of that is copied. */
    size_t missing = pn_tls_records_missing(&t->records);
    if (*len > missing)
        *len = missing;
    size_t at = b->in->length - rest;
    char *kept = grow(t, at + rest + *len);
    if (kept == NULL)
        return -1;
    memmove(kept, kept + at, rest);
    memcpy(kept + rest, base, *len);
    read_from(t, kept, rest + *len);
    return 0;
}

/* --- what leaves --- */

void
pn_tls_bio_sent(PnTLS *t)
{
    struct buf_mem_st *out = t->bio.out;
    out->length = 0;
    if (out->max > MOST_KEPT) {
        t->library->free(out->data, __FILE__, __LINE__);
        out->data = NULL;
        out->max = 0;
    }
    show(t->library, t->library->wbio(t->ssl), out);
}

/* Memory of OpenSSL's. */
struct owner {
    void *data;
    const struct pn_tls_library *lib; /* which is never freed */
};

static void
release(void *op)
{
    struct owner *owner = op;
    owner->lib->free(owner->data, __FILE__, __LINE__);
    PyMem_RawFree(owner);
}

int
pn_tls_bio_collect(PnTLS *t)
{
    struct buf_mem_st *out = t->bio.out;
    if (out->length == 0)
        return 0;
    struct owner *owner = PyMem_RawMalloc(sizeof(*owner));
    struct pn_chunk chunk = {out->data, out->length, owner, release};
    if (owner == NULL || pn_chunkq_push(&t->out, chunk) < 0) {
        PyMem_RawFree(owner);
        PyErr_NoMemory();
        return -1;
    }
    *owner = (struct owner){out->data, t->library};
    out->data = NULL;
    out->length = out->max = 0;
    show(t->library, t->library->wbio(t->ssl), out);
    return 0;
}
