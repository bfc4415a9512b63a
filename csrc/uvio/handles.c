/* handles.c - every stream and listener of a loop at once, see handles.h. */
#include "handles.h"

#include "listener.h"
#include "stream.h"

static void
close_in_order(uv_handle_t *handle, void *arg)
{
    struct pn_stream *s = pn_stream_of_handle(handle);
    struct pn_listener *l = pn_listener_of_handle(handle);
    (void)arg;
    if (l != NULL && l->owner != NULL)
        l->close_in_order(l);
    else if (s != NULL && s->owner != NULL)
        s->events->close_in_order(s);
}

void
pn_loop_close_in_order(struct pn_loop *loop)
{
    uv_walk(&loop->uv, close_in_order, NULL);
}

static void
stop_input(uv_handle_t *handle, void *arg)
{
    struct pn_stream *s = pn_stream_of_handle(handle);
    struct pn_listener *l = pn_listener_of_handle(handle);
    (void)arg;
    if (s != NULL)
        pn_stream_read_stop(s);
    else if (l != NULL)
        pn_listener_pause(l);
}

void
pn_loop_stop_input(struct pn_loop *loop)
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
        l->abandon(l);
}

void
pn_loop_abandon_all(struct pn_loop *loop)
{
    uv_walk(&loop->uv, abandon, NULL);
}

static void
find_unsent(uv_handle_t *handle, void *arg)
{
    struct pn_stream *s = pn_stream_of_handle(handle);
    if (s != NULL && s->owner != NULL && s->events->has_unsent(s))
        *(bool *)arg = true;
}

bool
pn_loop_has_unsent(struct pn_loop *loop)
{
    bool found = false;
    uv_walk(&loop->uv, find_unsent, &found);
    return found;
}

static void
find_server(uv_handle_t *handle, void *arg)
{
    struct pn_listener *l = pn_listener_of_handle(handle);
    if (l != NULL && l->owner != NULL && !l->unref)
        *(bool *)arg = true;
}

bool
pn_loop_is_serving(struct pn_loop *loop)
{
    bool found = false;
    uv_walk(&loop->uv, find_server, &found);
    return found;
}
