/* links.h - a doubly linked list whose nodes are embedded in their owners: appending cannot fail. */
#ifndef PN_CORE_LINKS_H
#define PN_CORE_LINKS_H

#include <stdbool.h>
#include <stddef.h>

/* A node, or the list itself, which is a ring. A node that is in no list has NULL in both. */
struct pn_link {
    struct pn_link *next, *prev;
};

static inline void
pn_links_init(struct pn_link *list)
{
    list->next = list->prev = list;
}

static inline bool
pn_links_empty(const struct pn_link *list)
{
    return list->next == list;
}

static inline void
pn_link_clear(struct pn_link *node)
{
    node->next = node->prev = NULL;
}

static inline bool
pn_link_is_clear(const struct pn_link *node)
{
    return node->next == NULL;
}

/* The node must be in no list. */
static inline void
pn_link_append(struct pn_link *list, struct pn_link *node)
{
    node->next = list;
    node->prev = list->prev;
    list->prev->next = node;
    list->prev = node;
}

static inline void
pn_link_prepend(struct pn_link *list, struct pn_link *node)
{
    pn_link_append(list->next, node);
}

/* Does nothing if the node is in no list. */
static inline void
pn_link_remove(struct pn_link *node)
{
    if (node->next == NULL)
        return;
    node->next->prev = node->prev;
    node->prev->next = node->next;
    pn_link_clear(node);
}

static inline void
pn_links_remove_all(struct pn_link *list)
{
    while (!pn_links_empty(list))
        pn_link_remove(list->next);
}

#endif
