/* fd_table.h - the descriptors of all streams and listeners of a loop, as bits: finds one without a walk over the
 * handles. */
#ifndef PN_UVIO_FD_TABLE_H
#define PN_UVIO_FD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pn_fd_table {
    uint64_t *bits; /* own */
    size_t words;
    /* No memory was left, or two handles have had the same number, since code outside pynet has closed one of them: the
     * bits may lack a descriptor. */
    bool incomplete;
};

void pn_fd_table_add(struct pn_fd_table *t, int fd);
void pn_fd_table_remove(struct pn_fd_table *t, int fd);
bool pn_fd_table_has(const struct pn_fd_table *t, int fd);
void pn_fd_table_clear(struct pn_fd_table *t);

#endif
