/* grow.h - an array that grows with the highest descriptor. */
#ifndef PN_UVIO_GROW_H
#define PN_UVIO_GROW_H

#include <stdlib.h>
#include <string.h>

/* Returns the array with at least `wanted` elements of `size` bytes, and sets `*count`; the new ones are all zero. It
 * grows at least twofold, so that the cost for each element stays constant. Returns NULL when out of memory: the array
 * and `*count` are unchanged then. */
static inline void *
pn_grow_zeroed(void *array, size_t *count, size_t wanted, size_t size)
{
    if (wanted <= *count)
        return array;
    wanted = wanted > *count * 2 ? wanted : *count * 2;
    char *grown = realloc(array, wanted * size);
    if (grown == NULL)
        return NULL;
    memset(grown + *count * size, 0, (wanted - *count) * size);
    *count = wanted;
    return grown;
}

#endif
