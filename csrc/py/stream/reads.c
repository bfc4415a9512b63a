/* reads.c - struct pn_reads, the state of the reading half: allocated on demand, freed when it holds nothing. */
#include "py/stream/duplex.h"
#include "py/stream/read_direct.h"

struct pn_reads *
pn_reads_of(PnDuplex *s)
{
    if (s->r == NULL) {
        s->r = PyMem_RawCalloc(1, sizeof(*s->r));
        if (s->r == NULL)
            PyErr_NoMemory();
        else
            pn_links_init(&s->r->waiting);
        s->fast_dest = NULL;
    }
    return s->r;
}

void
pn_reads_tidy(PnDuplex *s)
{
    struct pn_reads *r = s->r;
    if (r != NULL && r->q.count == 0 && r->deferred_data.count == 0 && !r->decoding && r->reader == NULL &&
        r->want == 0 && r->loops == 0 && pn_links_empty(&r->waiting) && pn_link_is_clear(&r->direct) &&
        (!s->em.read_by_calls || s->pipes != NULL || s->destroyed)) /* the next call would allocate it again */
        pn_reads_free(s);
}

void
pn_reads_free(PnDuplex *s)
{
    struct pn_reads *r = s->r;
    if (r == NULL)
        return;
    pn_reads_drop_reader(s);
    pn_read_direct_forget(s);
    s->r = NULL;
    pn_read_queue_clear(&r->q);
    pn_read_queue_clear(&r->deferred_data);
    Py_XDECREF(r->searched_for);
    Py_XDECREF(r->loop_error);
    PyMem_RawFree(r);
}

void
pn_reads_reset(PnDuplex *s)
{
    if (s->r == NULL)
        return;
    pn_read_direct_forget(s);
    s->r->direct_refused = false;
    if (s->r->paused_by_reader) {
        s->r->paused_by_reader = false;
        s->paused = 0;
        s->flowing = s->r->flowing_before & 3u;
    }
    pn_read_queue_clear(&s->r->q);
    s->r->want = s->r->searched = 0;
    s->r->decoder.held = 0;
    pn_reads_tidy(s);
}

void
pn_reads_drop_reader(PnDuplex *s)
{
    struct pn_reads *r = s->r;
    const struct pn_reader *reader = r != NULL ? r->reader : NULL;
    if (reader == NULL)
        return;
    void *state = r->reader_state;
    r->reader = NULL;
    r->reader_state = NULL;
    reader->free(state); /* may run user code */
}

size_t
pn_readable_length(const PnDuplex *s)
{
    return s->r != NULL ? s->r->q.length : 0;
}

bool
pn_readable_open(const PnDuplex *s)
{
    return !s->destroyed && !s->end_emitted && !s->error_emitted;
}

bool
pn_readable_is_paused(const PnDuplex *s)
{
    return s->paused || s->flowing == PN_FLOWING_FALSE;
}
