/* dynamic_symbols.h - functions of a library that the process has loaded already, by their names. */
#ifndef PN_UVIO_DYNAMIC_SYMBOLS_H
#define PN_UVIO_DYNAMIC_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

typedef void (*pn_symbol)(void);

/* Fills `symbols` with the functions that the library of this file, or one that it is linked with, calls by these names.
 * The file must stay loaded as long as they are used. False: it is not loaded, or does not have all of them. */
bool pn_symbols_find(const char *file, const char *const *names, pn_symbol *symbols, size_t count);

#endif
