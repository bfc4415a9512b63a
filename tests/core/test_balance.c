/* test_balance.c - how long a process waits that has more connections than the others. */
#include "check.h"

#include "core/balance.h"

#define STEP INT64_C(200000)
#define MOST INT64_C(2000000)

static void
test_who_has_the_fewest_does_not_wait(void)
{
    CHECK_INT(pn_balance_delay(0, 0, 0), 0);
    CHECK_INT(pn_balance_delay(7, 7, 0), 0);
    CHECK_INT(pn_balance_delay(3, 7, 0), 0);
    CHECK_INT(pn_balance_delay(0, UINT32_MAX, 0), 0);
}

static void
test_one_too_many_is_allowed(void)
{
    CHECK_INT(pn_balance_delay(1, 0, 0), 0);
    CHECK_INT(pn_balance_delay(8, 7, 0), 0);
}

static void
test_an_eighth_too_many_is_allowed(void)
{
    CHECK_INT(pn_balance_delay(90, 80, 0), 0);
    CHECK_INT(pn_balance_delay(91, 80, 0), MOST);
}

static void
test_the_wait_grows_with_the_excess(void)
{
    CHECK_INT(pn_balance_delay(2, 0, 0), 2 * STEP);
    CHECK_INT(pn_balance_delay(9, 0, 0), 9 * STEP);
}

static void
test_the_wait_is_bounded(void)
{
    CHECK_INT(pn_balance_delay(10, 0, 0), MOST);
    CHECK_INT(pn_balance_delay(UINT32_MAX, 0, 0), MOST);
}

static void
test_short_connections_do_not_wait(void)
{
    CHECK_INT(pn_balance_delay(4, 0, 4), 0);
    CHECK_INT(pn_balance_delay(16, 0, 100), 0);
}

static void
test_a_few_that_have_closed_are_not_enough(void)
{
    CHECK_INT(pn_balance_delay(4, 0, 3), 4 * STEP);
}

static void
test_a_great_excess_is_not_one_of_short_connections(void)
{
    CHECK_INT(pn_balance_delay(17, 0, 100), MOST);
}

int
main(void)
{
    RUN(test_who_has_the_fewest_does_not_wait);
    RUN(test_one_too_many_is_allowed);
    RUN(test_an_eighth_too_many_is_allowed);
    RUN(test_the_wait_grows_with_the_excess);
    RUN(test_the_wait_is_bounded);
    RUN(test_short_connections_do_not_wait);
    RUN(test_a_few_that_have_closed_are_not_enough);
    RUN(test_a_great_excess_is_not_one_of_short_connections);
    return 0;
}
