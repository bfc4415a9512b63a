/* abort_follow.c - AbortSignal.any(): a dependent signal follows its sources; decides which signal keeps which alive.
 *
 * A dependent always owns its sources: a timeout() inside any() often has no reference but this. While the dependent
 * has listeners, its sources own it as well, and a source with a running timer owns itself. Otherwise the sources only
 * borrow it. A dependent of a dependent follows the sources of the latter, so there are two levels at most. */
#include "py/abort/signal_object.h"

/* --- keeping --- */

bool
pn_signal_timed(const PnAbortSignal *s)
{
    return s->generation == s->st->generation && s->st->loop != NULL && pn_timer_armed(&s->timer.t);
}

static void
update_timer(PnAbortSignal *s)
{
    bool timed = pn_signal_timed(s);
    bool keep = timed && s->reason == NULL && (s->listeners > 0 || s->strong > 0);
    if (timed && s->reason != NULL)
        pn_loop_disarm(s->st->loop, &s->timer);
    if (keep == s->kept)
        return;
    s->kept = keep;
    if (keep)
        Py_INCREF(s);
    else
        Py_DECREF(s);
}

static void
set_strong(struct pn_abort_edge *e, bool strong)
{
    if (e->strong == strong)
        return;
    e->strong = strong;
    if (strong) {
        Py_INCREF(e->dependent);
        e->source->strong++;
    }
    else {
        e->source->strong--;
        Py_DECREF(e->dependent);
    }
    update_timer(e->source);
}

void
pn_signal_wanted(PnAbortSignal *s)
{
    bool wanted = s->listeners > 0 && s->reason == NULL;
    for (size_t i = 0; i < s->edge_count; i++)
        set_strong(&s->edges[i], wanted);
    update_timer(s);
}

/* --- edges --- */

static void
add_edge(PnAbortSignal *dependent, struct pn_abort_edge *e, PnAbortSignal *source)
{
    e->source = source;
    e->dependent = dependent;
    e->strong = false;
    e->next = NULL;
    e->link = source->last_dependent;
    *source->last_dependent = e;
    source->last_dependent = &e->next;
    Py_INCREF(source);
}

static void
take_out_edge(struct pn_abort_edge *e)
{
    if (e->link == NULL)
        return;
    *e->link = e->next;
    if (e->next != NULL)
        e->next->link = e->link;
    else
        e->source->last_dependent = e->link;
    e->link = NULL;
}

void
pn_signal_cut(PnAbortSignal *s)
{
    for (size_t i = 0; i < s->edge_count; i++)
        take_out_edge(&s->edges[i]);
}

void
pn_signal_unfollow(PnAbortSignal *s)
{
    struct pn_abort_edge *edges = s->edges;
    size_t edge_count = s->edge_count;
    s->edges = NULL;
    s->edge_count = 0;
    for (size_t i = 0; i < edge_count; i++) {
        set_strong(&edges[i], false);
        take_out_edge(&edges[i]);
    }
    for (size_t i = 0; i < edge_count; i++)
        Py_DECREF(edges[i].source);
    PyMem_Free(edges);
}

/* --- following --- */

/* Counts the signals to follow, each once; unless `edges` is NULL, adds an edge for each. */
static size_t
for_each_source(PyObject *signals, PnAbortSignal *dependent, struct pn_abort_edge *edges)
{
    size_t n = 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(signals); i++) {
        PnAbortSignal *given = PN_SIGNAL(PyList_GET_ITEM(signals, i));
        size_t follows = given->edge_count;
        for (size_t j = 0; j < (follows > 0 ? follows : 1); j++) {
            PnAbortSignal *source = follows > 0 ? given->edges[j].source : given;
            if (source->seen)
                continue;
            source->seen = true;
            if (edges != NULL)
                add_edge(dependent, &edges[n], source);
            n++;
        }
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(signals); i++) {
        PnAbortSignal *given = PN_SIGNAL(PyList_GET_ITEM(signals, i));
        given->seen = false;
        for (size_t j = 0; j < given->edge_count; j++)
            given->edges[j].source->seen = false;
    }
    return n;
}

int
pn_signal_follow(PnAbortSignal *s, PyObject *signals)
{
    size_t n = for_each_source(signals, s, NULL);
    s->edges = n > 0 ? PyMem_Calloc(n, sizeof(*s->edges)) : NULL;
    if (n > 0 && s->edges == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    s->edge_count = for_each_source(signals, s, s->edges);
    return 0;
}
