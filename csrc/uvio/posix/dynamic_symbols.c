/* dynamic_symbols.c - functions of a library that the process has loaded already, by the dynamic linker. Any thread. */
#include "uvio/dynamic_symbols.h"

#include <dlfcn.h>
#include <string.h>

bool
pn_symbols_find(const char *file, const char *const *names, pn_symbol *symbols, size_t count)
{
    void *library = dlopen(file, RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD);
    size_t found = 0;
    if (library == NULL)
        return false;
    for (; found < count; found++) {
        void *address = dlsym(library, names[found]);
        if (address == NULL)
            break;
        memcpy(&symbols[found], &address,
               sizeof(address)); /* C has no cast for it, POSIX has the same representation */
    }
    (void)dlclose(library); /* only this reference: the module that has loaded the library keeps its own */
    return found == count;
}
