/* needs: -lm */
/* test_histogram.c - the histogram against a sorted list of all values. */
#include "check.h"

#include <math.h>
#include <stdlib.h>

#include "core/histogram.h"

enum { VALUES = 2000 };

static struct pn_histogram h; /* too big for a small stack */

static int
compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Any magnitude up to the largest. */
static uint64_t
some_value(void)
{
    uint64_t value = ((uint64_t)rand() << 31) ^ (uint64_t)rand();
    value >>= rand() % 60;
    return value % (PN_HISTOGRAM_MAX + 1);
}

static void
test_nothing_recorded(void)
{
    pn_histogram_reset(&h);
    CHECK(h.count == 0 && h.min == 0 && h.max == 0);
    CHECK(isnan(pn_histogram_mean(&h)) && isnan(pn_histogram_variance(&h)));
    CHECK(pn_histogram_percentile(&h, 50) == 0 && pn_histogram_percentile(&h, 100) == 0);
}

static void
test_small_values_are_exact(void)
{
    pn_histogram_reset(&h);
    for (uint64_t i = 1; i <= 100; i++)
        pn_histogram_record(&h, i);
    for (int i = 1; i <= 100; i++)
        CHECK(pn_histogram_percentile(&h, i) == (uint64_t)i);
    CHECK(fabs(pn_histogram_mean(&h) - 50.5) < 1e-9);
    CHECK(fabs(pn_histogram_variance(&h) - 833.25) < 1e-9);
}

static void
test_any_value_within_one_percent(void)
{
    static uint64_t all[VALUES];
    pn_histogram_reset(&h);
    for (size_t i = 0; i < VALUES; i++)
        pn_histogram_record(&h, all[i] = some_value());
    qsort(all, VALUES, sizeof(all[0]), compare);
    CHECK(h.min == all[0] && h.max == all[VALUES - 1]);
    for (size_t i = 0; i < VALUES; i++) {
        double percent = 100.0 * (double)(i + 1) / VALUES;
        uint64_t got = pn_histogram_percentile(&h, percent - 1e-7);
        CHECK(got >= all[i] && (double)(got - all[i]) <= (double)all[i] / PN_HISTOGRAM_HALF);
    }
}

static void
test_every_value_has_a_bucket(void)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t edge = (uint64_t)1 << bit;
        for (int i = -1; i <= 1; i++) {
            uint64_t value = edge + (uint64_t)(int64_t)i;
            pn_histogram_reset(&h);
            pn_histogram_record(&h, value);
            CHECK(h.count + h.exceeds == 1 && (h.exceeds == 1) == (value > PN_HISTOGRAM_MAX));
            if (h.count == 1)
                CHECK(pn_histogram_percentile(&h, 100) == value);
        }
    }
}

static void
test_the_largest(void)
{
    pn_histogram_reset(&h);
    pn_histogram_record(&h, PN_HISTOGRAM_MAX);
    pn_histogram_record(&h, PN_HISTOGRAM_MAX + 1);
    pn_histogram_record(&h, UINT64_MAX);
    CHECK(h.count == 1 && h.exceeds == 2 && h.max == PN_HISTOGRAM_MAX);
}

int
main(void)
{
    RUN(test_nothing_recorded);
    RUN(test_small_values_are_exact);
    RUN(test_any_value_within_one_percent);
    RUN(test_every_value_has_a_bucket);
    RUN(test_the_largest);
    return 0;
}
