/* pipe_server.c - waits for clients of a named pipe; see pipe_server.h.
 *
 * libuv's own server of a pipe hands out handles that belong to its port. Here each instance waits with an event, so that
 * an accepted connection is a plain handle, as an accepted socket is.
 *
 * Threads: the lock is held everywhere but in on_event(), which a thread of the system calls. */
#include "uvio/windows/pipe_server.h"

#include <aclapi.h>
#include <stdlib.h>
#include <string.h>

#include "uvio/fd.h"

/* Instances that wait at a time. A client that finds none waits until there is one. */
#define INSTANCES   16
#define BUFFER_SIZE 65536

enum instance_state { CLOSED, IDLE, WAITING, READY };

struct instance {
    HANDLE pipe;       /* own */
    OVERLAPPED o;      /* hEvent: own */
    HANDLE wait;       /* own: of the thread pool; NULL: not waiting */
    uv_async_t *async; /* borrowed */
    enum instance_state state;
};

struct pn_pipe_server {
    wchar_t *name; /* own; NULL: there is no further instance */
    int mode;
    struct instance all[INSTANCES];
    size_t next; /* the instance to accept from first: clients come in turn */
};

/* --- creating instances --- */

static wchar_t *
wide(const char *path, size_t len)
{
    int most = len < INT_MAX ? (int)len : INT_MAX;
    int count = MultiByteToWideChar(CP_UTF8, 0, path, most, NULL, 0);
    wchar_t *out = calloc((size_t)count + 1, sizeof(*out));
    if (out != NULL)
        (void)MultiByteToWideChar(CP_UTF8, 0, path, most, out, count);
    return out;
}

static int
status_of(DWORD error)
{
    /* As libuv: another server has the name; or it is not the name of a pipe. */
    if (error == ERROR_ACCESS_DENIED || error == ERROR_PIPE_BUSY)
        return UV_EADDRINUSE;
    if (error == ERROR_PATH_NOT_FOUND || error == ERROR_INVALID_NAME)
        return UV_EACCES;
    return uv_translate_sys_error((int)error);
}

/* Gives all users the rights of `mode`, beside those that the system gives. */
static void
open_to_all(HANDLE pipe, int mode)
{
    SID_IDENTIFIER_AUTHORITY world = SECURITY_WORLD_SID_AUTHORITY;
    PSECURITY_DESCRIPTOR old_descriptor = NULL;
    PACL old_rights = NULL, rights = NULL;
    PSID everyone = NULL;
    EXPLICIT_ACCESSW ea;
    memset(&ea, 0, sizeof(ea));
    if (!AllocateAndInitializeSid(&world, 1, SECURITY_WORLD_RID, 0, 0, 0, 0, 0, 0, 0, &everyone))
        return;
    if (GetSecurityInfo(pipe, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, &old_rights, NULL,
                        &old_descriptor) == ERROR_SUCCESS) {
        if (mode & PN_PIPE_ALL_READ)
            ea.grfAccessPermissions |= GENERIC_READ | FILE_WRITE_ATTRIBUTES;
        if (mode & PN_PIPE_ALL_WRITE)
            ea.grfAccessPermissions |= GENERIC_WRITE | FILE_READ_ATTRIBUTES;
        ea.grfAccessMode = SET_ACCESS;
        ea.grfInheritance = NO_INHERITANCE;
        ea.Trustee.TrusteeForm = TRUSTEE_IS_SID;
        ea.Trustee.TrusteeType = TRUSTEE_IS_WELL_KNOWN_GROUP;
        ea.Trustee.ptstrName = (LPWSTR)everyone;
        if (SetEntriesInAclW(1, &ea, old_rights, &rights) == ERROR_SUCCESS)
            (void)SetSecurityInfo(pipe, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, rights, NULL);
    }
    if (rights != NULL)
        LocalFree(rights);
    if (old_descriptor != NULL)
        LocalFree(old_descriptor);
    FreeSid(everyone);
}

static HANDLE
create(const wchar_t *name, int mode, DWORD first)
{
    bool all = mode > 0 && (mode & (PN_PIPE_ALL_READ | PN_PIPE_ALL_WRITE)) != 0;
    DWORD open_mode = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | first | (all ? WRITE_DAC : 0);
    HANDLE pipe = CreateNamedPipeW(name, open_mode, PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT,
                                   PIPE_UNLIMITED_INSTANCES, BUFFER_SIZE, BUFFER_SIZE, 0, NULL);
    if (pipe != INVALID_HANDLE_VALUE && all)
        open_to_all(pipe, mode);
    return pipe;
}

int
pn_pipe_create_first(const char *path, size_t len, int mode, int *status)
{
    if (len == 0 || memchr(path, '\0', len) != NULL) {
        *status = UV_EINVAL;
        return -1;
    }
    wchar_t *name = wide(path, len);
    if (name == NULL) {
        *status = UV_ENOMEM;
        return -1;
    }
    HANDLE pipe = create(name, mode, FILE_FLAG_FIRST_PIPE_INSTANCE);
    *status = pipe == INVALID_HANDLE_VALUE ? status_of(GetLastError()) : 0;
    free(name);
    return *status == 0 ? (int)(intptr_t)pipe : -1;
}

/* --- waiting for a client --- */

/* On a thread of the system. */
static void CALLBACK
on_event(void *arg, BOOLEAN timed_out)
{
    struct instance *i = arg;
    (void)timed_out;
    (void)uv_async_send(i->async);
}

/* Waits for a client of an instance that has none. Returns 0, or a status. */
static int
wait_for_client(struct instance *i)
{
    ResetEvent(i->o.hEvent);
    HANDLE event = i->o.hEvent;
    memset(&i->o, 0, sizeof(i->o));
    i->o.hEvent = event;
    DWORD error = ConnectNamedPipe(i->pipe, &i->o) ? ERROR_PIPE_CONNECTED : GetLastError();
    if (error == ERROR_PIPE_CONNECTED || error == ERROR_NO_DATA) { /* ERROR_NO_DATA: it has gone again */
        i->state = READY;
        return uv_async_send(i->async);
    }
    if (error != ERROR_IO_PENDING)
        return uv_translate_sys_error((int)error);
    i->state = WAITING;
    if (!RegisterWaitForSingleObject(&i->wait, event, on_event, i, INFINITE,
                                     WT_EXECUTEONLYONCE | WT_EXECUTEINWAITTHREAD))
        return uv_translate_sys_error((int)GetLastError());
    return 0;
}

/* The wait has ended or is not wanted any more; on_event() does not run after it. */
static void
end_wait(struct instance *i)
{
    if (i->wait != NULL)
        (void)UnregisterWaitEx(i->wait, INVALID_HANDLE_VALUE);
    i->wait = NULL;
}

/* The wait ends without a client when the thread that has begun it ends: then this thread begins a new one. */
static bool
has_client(struct instance *i)
{
    DWORD bytes;
    if (i->state != WAITING || !HasOverlappedIoCompleted(&i->o))
        return i->state == READY;
    if (GetOverlappedResult(i->pipe, &i->o, &bytes, FALSE) || GetLastError() != ERROR_OPERATION_ABORTED)
        return true;
    end_wait(i);
    i->state = IDLE;
    (void)wait_for_client(i);
    return i->state == READY;
}

/* A client can connect to the instance from now on. Returns 0, or a status. */
static int
open_instance(const struct pn_pipe_server *server, struct instance *i)
{
    if (i->state != CLOSED || server->name == NULL)
        return 0;
    HANDLE pipe = create(server->name, server->mode, 0);
    if (pipe == INVALID_HANDLE_VALUE)
        return status_of(GetLastError());
    i->pipe = pipe;
    i->state = IDLE;
    return 0;
}

static int
start(const struct pn_pipe_server *server, struct instance *i)
{
    int status = open_instance(server, i);
    return status == 0 && i->state == IDLE ? wait_for_client(i) : status;
}

int
pn_pipe_server_start(struct pn_listener *l)
{
    struct pn_pipe_server *server = l->pipes;
    int status = 0;
    for (size_t n = 0; n < INSTANCES && status == 0; n++)
        status = start(server, &server->all[n]);
    if (status == 0 && pn_pipe_server_has_client(l))
        (void)uv_async_send(&l->handle.async); /* it has come while nothing watched */
    return status;
}

bool
pn_pipe_server_has_client(struct pn_listener *l)
{
    bool found = false;
    for (size_t n = 0; n < INSTANCES; n++)
        found = has_client(&l->pipes->all[n]) || found;
    return found;
}

int
pn_pipe_server_accept(struct pn_listener *l)
{
    struct pn_pipe_server *server = l->pipes;
    for (size_t n = 0; n < INSTANCES; n++) {
        struct instance *i = &server->all[(server->next + n) % INSTANCES];
        if (!has_client(i))
            continue;
        end_wait(i);
        HANDLE pipe = i->pipe;
        i->state = CLOSED;
        server->next = (server->next + n + 1) % INSTANCES;
        (void)start(server, i); /* without an instance, the others wait for clients */
        return (int)(intptr_t)pipe;
    }
    return UV_EAGAIN;
}

/* --- making and freeing --- */

int
pn_pipe_server_new(struct pn_listener *l)
{
    struct pn_pipe_server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return UV_ENOMEM;
    for (size_t n = 0; n < INSTANCES; n++) {
        struct instance *i = &server->all[n];
        i->async = &l->handle.async;
        i->o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
        if (i->o.hEvent != NULL)
            continue;
        while (n > 0)
            CloseHandle(server->all[--n].o.hEvent);
        free(server);
        return UV_EMFILE;
    }
    server->all[0].pipe = pn_fd_handle(l->fd);
    server->all[0].state = IDLE;
    l->pipes = server;
    l->fd = -1; /* it becomes that of a connection */
    return 0;
}

int
pn_pipe_server_name(struct pn_listener *l, const char *path, size_t len, int mode)
{
    struct pn_pipe_server *server = l->pipes;
    int status = 0;
    server->name = wide(path, len);
    server->mode = mode;
    if (server->name == NULL)
        return UV_ENOMEM;
    for (size_t n = 0; n < INSTANCES && status == 0; n++)
        status = open_instance(server, &server->all[n]); /* as with a backlog: clients connect before accept() */
    return status;
}

void
pn_pipe_server_free(struct pn_listener *l)
{
    struct pn_pipe_server *server = l->pipes;
    for (size_t n = 0; n < INSTANCES; n++) {
        struct instance *i = &server->all[n];
        DWORD bytes;
        if (i->state == WAITING && CancelIoEx(i->pipe, &i->o))
            (void)GetOverlappedResult(i->pipe, &i->o, &bytes, TRUE); /* the system writes to `o` until then */
        end_wait(i);
        if (i->state != CLOSED)
            CloseHandle(i->pipe);
        CloseHandle(i->o.hEvent);
    }
    free(server->name);
    free(server);
    l->pipes = NULL;
}

int
pn_pipe_server_drop(struct pn_listener *l)
{
    HANDLE first = l->pipes->all[0].pipe;
    l->pipes->all[0].state = CLOSED;
    pn_pipe_server_free(l);
    return (int)(intptr_t)first;
}
