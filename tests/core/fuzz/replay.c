/* replay.c - runs a fuzz target where there is no libFuzzer: on the files it is given, then for some seconds on inputs
 * made from them by chance, the same ones for the same seed.
 *
 *     program SECONDS SEED FILE...
 *
 * The input that stops it is left in the file `crash-input`. */
#include "fuzz.h"

#include "../check.h"

#include "keep_input.h"

#include <time.h>

enum { LONGEST = 2048, KEPT = 4096 };

/* Changes `data` in some places: other bytes, bytes gone or doubled, a piece of another input. */
static size_t
mutate(struct random_source *r, uint8_t *data, size_t size, const struct input *other)
{
    static const uint8_t likely[] = "0123456789abcdefx.:[]%\0\xff";
    for (size_t n = 1 + random_below(r, 6); n > 0; n--) {
        size_t at = random_below(r, size + 1), len = 1 + random_below(r, 8);
        switch (random_below(r, 5)) {
        case 0:
            if (at < size)
                data[at] = (uint8_t)random_next(r);
            break;
        case 1:
            if (at < size)
                data[at] = likely[random_below(r, sizeof(likely) - 1)];
            break;
        case 2: /* gone */
            len = len < size - at ? len : size - at;
            memmove(data + at, data + at + len, size - at - len);
            size -= len;
            break;
        case 3: /* doubled */
            len = len < size - at ? len : size - at;
            if (size + len <= LONGEST) {
                memmove(data + at + len, data + at, size - at);
                size += len;
            }
            break;
        default: { /* a piece of another */
            size_t from = random_below(r, other->size + 1);
            len = random_below(r, other->size - from + 1);
            len = len < LONGEST - at ? len : LONGEST - at;
            if (len > 0)
                memcpy(data + at, other->bytes + from, len);
            size = at + len > size ? at + len : size;
            break;
        }
        }
    }
    return size;
}

int
main(int argc, char **argv)
{
    static struct input inputs[KEPT];
    static uint8_t data[LONGEST];
    size_t count = 0, runs = 0;
    if (argc < 3)
        return 2;
    keep_input_on_crash();
    double until = now() + strtod(argv[1], NULL);
    struct random_source r = {strtoull(argv[2], NULL, 10) * 2 + 1};
    for (int i = 3; i < argc && count < KEPT; i++, count++) {
        inputs[count] = read_input(argv[i], LONGEST);
        run_input(LLVMFuzzerTestOneInput, inputs[count].bytes, inputs[count].size);
    }
    run_input(LLVMFuzzerTestOneInput, data, 0);
    while (count > 0 && now() < until) {
        const struct input *in = &inputs[random_below(&r, count)];
        memcpy(data, in->bytes, in->size);
        size_t size = mutate(&r, data, in->size, &inputs[random_below(&r, count)]);
        run_input(LLVMFuzzerTestOneInput, data, size);
        runs++;
    }
    printf("%zu files, %zu inputs made of them\n", count, runs);
    for (size_t i = 0; i < count; i++)
        free(inputs[i].bytes);
    return 0;
}
