/* stream_group.c - rings of streams that belong together, such as the connections of a server; see stream.h. */
#include <stddef.h>

#include "uvio/stream.h"

void
pn_stream_group_init(struct pn_stream_group *g)
{
    g->next = g->prev = g;
}

void
pn_stream_group_add(struct pn_stream_group *g, struct pn_stream *s)
{
    s->group = (struct pn_stream_group){.next = g, .prev = g->prev};
    g->prev->next = &s->group;
    g->prev = &s->group;
}

void
pn_stream_group_leave(struct pn_stream_group *member)
{
    if (member->next == NULL)
        return;
    member->prev->next = member->next;
    member->next->prev = member->prev;
    member->next = NULL;
}

void
pn_stream_group_each(struct pn_stream_group *g, void (*visit)(struct pn_stream *s, void *arg), void *arg)
{
    for (struct pn_stream_group *at = g->next; at != g; at = at->next)
        visit((struct pn_stream *)(void *)((char *)at - offsetof(struct pn_stream, group)), arg);
}

void
pn_stream_group_clear(struct pn_stream_group *g)
{
    while (g->next != g)
        pn_stream_group_leave(g->next);
}
