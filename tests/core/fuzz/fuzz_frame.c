/* fuzz_frame.c - the parser of frames, fed in pieces, against one that has all bytes at once. */
#include "fuzz.h"

#include "../check.h"

#include "core/frame.h"

/* The first frame of the bytes, by the same rules. */
static int
naive_take(const uint8_t *at, size_t len, struct pn_frame *out)
{
    if (len < 6)
        return 0;
    size_t size = (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
    if (size > 65536 + 1024 || at[5] > 1)
        return -1;
    *out = (struct pn_frame){at[4], at[5], (const char *)at + 6, size};
    return size <= len - 6;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pn_frames f = {0};
    struct pn_frame a, b;
    struct fuzz_bytes pieces = {data, data + size / 4}; /* the lengths of the pieces, then the bytes */
    const uint8_t *fed = pieces.end, *taken = pieces.end, *end = data + size;
    int status = 0;
    while (status == 0 && fed < end) {
        size_t room, piece = (size_t)fuzz_byte(&pieces) + 1;
        char *to = pn_frames_space(&f, &room);
        CHECK(to != NULL && room > 0);
        piece = piece < room ? piece : room;
        piece = piece < (size_t)(end - fed) ? piece : (size_t)(end - fed);
        memcpy(to, fed, piece);
        pn_frames_stored(&f, piece);
        fed += piece;
        do {
            bool ready = pn_frames_ready(&f);
            status = pn_frames_take(&f, &a);
            CHECK_INT(ready, status != 0);
            CHECK_INT(status, naive_take(taken, (size_t)(fed - taken), &b));
            if (status == 1) {
                CHECK(a.kind == b.kind && a.flags == b.flags && a.len == b.len);
                CHECK(memcmp(a.message, b.message, a.len) == 0);
                taken += 6 + a.len;
            }
            CHECK_INT(pn_frames_begun(&f), fed > taken);
        } while (status == 1);
    }
    pn_frames_clear(&f);
    return 0;
}
