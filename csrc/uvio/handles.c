/* handles.c - all streams and listeners of a loop: says why they keep it alive, closes them for run(), abandons them at
 * exit; see handles.h. */
#include "uvio/handles.h"

#include <stddef.h>
#include <stdlib.h>

#include "uvio/listener.h"

/* --- searching --- */

struct search {
    int fd;
    bool found;
};

static void
find_fd(uv_handle_t *handle, void *arg)
{
    struct search *search = arg;
    struct pn_stream *s = pn_stream_of_handle(handle);
    struct pn_listener *l = pn_listener_of_handle(handle);
    if ((s != NULL && pn_stream_fd(s) == search->fd) || (l != NULL && l->fd == search->fd))
        search->found = true;
}

bool
pn_handles_have_fd(struct pn_loop *loop, int fd)
{
    struct search search = {.fd = fd, .found = pn_fd_table_has(&loop->fds, fd)};
    if (fd >= 0 && loop->fds.incomplete)
        uv_walk(&loop->uv, find_fd, &search);
    return search.found || fd == loop->wake_read || fd == loop->wake_write || fd == loop->reserve_fd ||
           fd == loop->backend;
}

static void
find_unsent(uv_handle_t *handle, void *arg)
{
    struct pn_stream *s = pn_stream_of_handle(handle);
    if (s != NULL && s->owner != NULL && s->events->has_unsent != NULL && s->events->has_unsent(s))
        *(bool *)arg = true;
}

bool
pn_handles_have_unsent(struct pn_loop *loop)
{
    bool found = false;
    uv_walk(&loop->uv, find_unsent, &found);
    return found;
}

static void
add_unsent(uv_handle_t *handle, void *arg)
{
    struct pn_unsent *all = arg;
    struct pn_stream *s = pn_stream_of_handle(handle);
    size_t bytes = s != NULL && s->owner != NULL && s->events->unsent != NULL ? s->events->unsent(s) : 0;
    all->connections += bytes > 0;
    all->bytes += bytes;
}

struct pn_unsent
pn_handles_unsent(struct pn_loop *loop)
{
    struct pn_unsent all = {0, 0};
    uv_walk(&loop->uv, add_unsent, &all);
    return all;
}

static void
find_server(uv_handle_t *handle, void *arg)
{
    struct pn_listener *l = pn_listener_of_handle(handle);
    if (l != NULL && l->owner != NULL && !l->unref)
        *(bool *)arg = true;
}

struct each_listener {
    void (*f)(struct pn_listener *l, void *arg);
    void *arg;
};

static void
call_for_listener(uv_handle_t *handle, void *arg)
{
    const struct each_listener *each = arg;
    struct pn_listener *l = pn_listener_of_handle(handle);
    if (l != NULL && l->owner != NULL)
        each->f(l, each->arg);
}

void
pn_handles_each_listener(struct pn_loop *loop, void (*f)(struct pn_listener *l, void *arg), void *arg)
{
    struct each_listener each = {f, arg};
    uv_walk(&loop->uv, call_for_listener, &each);
}

struct each_stream {
    void (*visit)(struct pn_stream *io, void *arg);
    void *arg;
};

static void
visit_for_stream(uv_handle_t *handle, void *arg)
{
    const struct each_stream *each = arg;
    struct pn_stream *s = pn_stream_of_handle(handle);
    if (s != NULL && s->owner != NULL && !s->closing)
        each->visit(s, each->arg);
}

void
pn_handles_each_stream(struct pn_loop *loop, void (*visit)(struct pn_stream *io, void *arg), void *arg)
{
    struct each_stream each = {visit, arg};
    uv_walk(&loop->uv, visit_for_stream, &each);
}

bool
pn_handles_are_serving(struct pn_loop *loop)
{
    bool found = false;
    uv_walk(&loop->uv, find_server, &found);
    return found;
}

/* --- what keeps the loop alive --- */

static bool
is_held(const struct pn_stream *s)
{
    return s->owner != NULL && !s->closing && !s->unref && s->events->is_held != NULL && s->events->is_held(s);
}

static void
find_held(uv_handle_t *handle, void *arg)
{
    const struct pn_stream *s = pn_stream_of_handle(handle);
    bool *found = arg;
    if (s != NULL && !*found)
        *found = is_held(s);
}

bool
pn_handles_are_held(struct pn_loop *loop)
{
    bool found = false;
    uv_walk(&loop->uv, find_held, &found);
    return found;
}

struct each_work {
    pn_work_visit visit;
    void *arg;
};

static void
visit_stream(const struct pn_stream *s, const struct each_work *each)
{
    unsigned work = pn_stream_work(s);
    each->visit(s->owner, work, (work & PN_WORK_READS) == 0 && is_held(s), each->arg);
}

/* `owner` of a listener that closes is not used any more. */
static void
visit_handle(uv_handle_t *handle, void *arg)
{
    const struct each_work *each = arg;
    if (handle->type == UV_TCP || handle->type == UV_NAMED_PIPE) {
        visit_stream(handle->data, each);
    }
    else if (pn_is_listener(handle)) {
        const struct pn_listener *l = handle->data;
        if (l->closing)
            each->visit(NULL, PN_WORK_CLOSES, false, each->arg);
        else
            each->visit(l->owner, (l->watching || l->idle) && !l->unref ? PN_WORK_LISTENS : 0, false, each->arg);
    }
}

static void
visit_posted(const struct pn_posted *p, const struct each_work *each)
{
    for (; p != NULL; p = p->next)
        visit_stream((const struct pn_stream *)(const void *)((const char *)p - offsetof(struct pn_stream, posted)),
                     each);
}

void
pn_handles_each_work(struct pn_loop *loop, pn_work_visit visit, void *arg)
{
    struct each_work each = {visit, arg};
    uv_walk(&loop->uv, visit_handle, &each);
    /* libuv has forgotten the handle of a stream whose `closed` is posted. */
    visit_posted(loop->posted.first, &each);
    visit_posted(loop->pending.first, &each);
}

/* --- acting --- */

struct gathered {
    uv_handle_t **at;
    size_t count, size;
};

static void
count_handle(uv_handle_t *handle, void *arg)
{
    (void)handle;
    ((struct gathered *)arg)->size++;
}

static void
gather_handle(uv_handle_t *handle, void *arg)
{
    struct gathered *g = arg;
    if (g->count < g->size)
        g->at[g->count++] = handle;
}

/* Collects the handles before it acts: acting on one may run user code that opens and closes others. Only uv_run()
 * frees a handle, so that the pointers stay valid. When out of memory it acts within the walk. */
static void
act_on_all(struct pn_loop *loop, uv_walk_cb act, void *arg)
{
    struct gathered g = {NULL, 0, 0};
    uv_walk(&loop->uv, count_handle, &g);
    g.at = malloc((g.size + 1) * sizeof(*g.at));
    if (g.at == NULL) {
        uv_walk(&loop->uv, act, arg);
        return;
    }
    uv_walk(&loop->uv, gather_handle, &g);
    for (size_t i = 0; i < g.count; i++)
        act(g.at[i], arg);
    free(g.at);
}

static void
find_handled(uv_handle_t *handle, void *arg)
{
    const struct pn_stream *s = pn_stream_of_handle(handle);
    if (s != NULL && s->owner != NULL && !s->closing && s->events->is_handled != NULL && s->events->is_handled(s))
        *(bool *)arg = true;
}

bool
pn_handles_are_handled(struct pn_loop *loop)
{
    bool found = false;
    uv_walk(&loop->uv, find_handled, &found);
    return found;
}

/* `arg`: a bool, whether handlers are at work. */
static void
close_in_order(uv_handle_t *handle, void *arg)
{
    struct pn_stream *s = pn_stream_of_handle(handle);
    struct pn_listener *l = pn_listener_of_handle(handle);
    if (l != NULL && l->owner != NULL)
        l->events->close_in_order(l);
    else if (s != NULL && s->owner != NULL)
        s->events->close_in_order(s, *(bool *)arg);
}

void
pn_handles_close_in_order(struct pn_loop *loop, bool handlers_work)
{
    act_on_all(loop, close_in_order, &handlers_work);
}

static void
destroy(uv_handle_t *handle, void *arg)
{
    struct pn_stream *s = pn_stream_of_handle(handle);
    if (s == NULL)
        close_in_order(handle, NULL);
    else if (s->owner != NULL && s->events->destroy(s))
        (*(size_t *)arg)++;
}

size_t
pn_handles_destroy(struct pn_loop *loop)
{
    size_t count = 0;
    act_on_all(loop, destroy, &count);
    return count;
}

static void
stop_input(uv_handle_t *handle, void *arg)
{
    struct pn_stream *s = pn_stream_of_handle(handle);
    struct pn_listener *l = pn_listener_of_handle(handle);
    (void)arg;
    if (s != NULL && !s->lingering)
        pn_stream_read_stop(s);
    else if (l != NULL)
        pn_listener_pause(l);
}

void
pn_handles_stop_input(struct pn_loop *loop)
{
    uv_walk(&loop->uv, stop_input, NULL);
}

static void
abandon(uv_handle_t *handle, void *arg)
{
    struct pn_stream *s = pn_stream_of_handle(handle);
    struct pn_listener *l = pn_listener_of_handle(handle);
    (void)arg;
    if (s != NULL && s->owner != NULL)
        s->events->abandon(s);
    else if (l != NULL && l->owner != NULL)
        l->events->abandon(l);
}

void
pn_handles_abandon(struct pn_loop *loop)
{
    act_on_all(loop, abandon, NULL);
}
