/* fuzz_client_hello.c - the name in a ClientHello: it lies in the bytes, and more bytes never take it back. */
#include "fuzz.h"

#include "../check.h"

#include "core/client_hello.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int before = 0;
    for (size_t len = 0; len <= size; len++) {
        const char *name = NULL;
        size_t name_len = 0;
        int found = pn_client_hello_name(data, len, &name, &name_len);
        CHECK(found >= -1 && found <= 1);
        CHECK(before == 0 || found == before);
        if (found == 1) {
            CHECK(name >= (const char *)data && name + name_len <= (const char *)data + len && name_len > 0);
            for (size_t i = 0; i < name_len; i++)
                CHECK(name[i] > ' ' && name[i] <= '~');
        }
        before = found;
    }
    return 0;
}
