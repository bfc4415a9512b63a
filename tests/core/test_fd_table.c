/* needs: uvio/fd_table.c hooks */
/* test_fd_table.c - the bitmap of descriptors: growth, removal, and what makes it incomplete. */
#include "check.h"
#include "hooks.h"

#include "uvio/fd_table.h"

static void
test_what_was_added_is_there(void)
{
    static const int fds[] = {0, 1, 63, 64, 65, 1000, 70000};
    struct pn_fd_table t = {0};
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        CHECK(!pn_fd_table_has(&t, fds[i]));
        pn_fd_table_add(&t, fds[i]);
        CHECK(pn_fd_table_has(&t, fds[i]));
        CHECK(!pn_fd_table_has(&t, fds[i] + 2));
    }
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        pn_fd_table_remove(&t, fds[i]);
        CHECK(!pn_fd_table_has(&t, fds[i]));
    }
    CHECK(!t.incomplete);
    pn_fd_table_clear(&t);
    CHECK_INT(hook_alloc_live(), 0);
}

static void
test_no_descriptor_is_nowhere(void)
{
    struct pn_fd_table t = {0};
    pn_fd_table_add(&t, -1);
    pn_fd_table_remove(&t, -1);
    pn_fd_table_remove(&t, 5);
    CHECK(!pn_fd_table_has(&t, -1) && !pn_fd_table_has(&t, 5) && !t.incomplete);
    CHECK_INT(hook_alloc_live(), 0);
}

static void
test_one_that_is_added_twice_makes_it_incomplete(void)
{
    struct pn_fd_table t = {0};
    pn_fd_table_add(&t, 7);
    pn_fd_table_add(&t, 7);
    pn_fd_table_remove(&t, 7);
    CHECK(!pn_fd_table_has(&t, 7) && t.incomplete);
    pn_fd_table_clear(&t);
    CHECK(!t.incomplete);
}

static void
test_a_lack_of_memory_makes_it_incomplete(void)
{
    struct pn_fd_table t = {0};
    pn_fd_table_add(&t, 3);
    hook_fail_alloc(0, true);
    pn_fd_table_add(&t, 5000);
    hook_fail_alloc(-1, false);
    CHECK(t.incomplete && !pn_fd_table_has(&t, 5000) && pn_fd_table_has(&t, 3));
    pn_fd_table_clear(&t);
    CHECK_INT(hook_alloc_live(), 0);
}

int
main(void)
{
    RUN(test_what_was_added_is_there);
    RUN(test_no_descriptor_is_nowhere);
    RUN(test_one_that_is_added_twice_makes_it_incomplete);
    RUN(test_a_lack_of_memory_makes_it_incomplete);
    return 0;
}
