/* tls_library.c - finds the functions of the OpenSSL that the module _ssl calls, and the connection of OpenSSL that an
 * SSLObject has.
 *
 * OpenSSL itself says which connection that is. An index of ex_data has a callback, which SSL_new() calls with each
 * connection that it makes; so wrap_bio(), called inside of pn_tls_wrap(), shows the connection that it has made. It
 * counts only if the object of _ssl holds just this pointer, and so keeps the connection alive, and if OpenSSL has that
 * object as the `app data` of the connection, as _ssl has set it. Nothing is assumed of the layout of the object: its
 * memory is compared, and no pointer in it is followed. */
#include "py/tls/tls.h"

#include <string.h>

#include "uvio/dynamic_symbols.h"

#define CLASS_SSL 0 /* CRYPTO_EX_INDEX_SSL of OpenSSL; with another number (LibreSSL) no connection is found */
#define APP_DATA  0 /* the index of SSL_set_app_data() */

/* In the order of struct pn_tls_library. */
static const char *const names[] = {
    "SSL_do_handshake", "SSL_get_error",      "SSL_read_ex",     "SSL_write_ex",
    "SSL_get_rbio",     "SSL_get_wbio",       "SSL_get_SSL_CTX", "SSL_CTX_get_keylog_callback",
    "SSL_get_ex_data",  "SSL_set_read_ahead", "BIO_write",       "BIO_read",
    "BIO_ctrl_pending", "BIO_ctrl",           "CRYPTO_free",     "CRYPTO_get_ex_new_index",
};
#define NAMES (sizeof(names) / sizeof(names[0]))
_Static_assert(offsetof(struct pn_tls_library, made) == NAMES * sizeof(pn_symbol), "a name for each function");

/* --- the library --- */

/* What a thread that is inside of pn_tls_wrap() has seen. */
struct seen {
    struct ssl_st *ssl; /* the last one */
    size_t count;
};

/* SSL_new() has made a connection. On any thread, without the GIL. */
static void
connection_made(void *parent, void *ptr, struct crypto_ex_data_st *data, int index, long argl, void *argp)
{
    struct seen *seen = uv_key_get(argp);
    (void)ptr;
    (void)data;
    (void)index;
    (void)argl;
    if (seen == NULL)
        return;
    seen->ssl = parent;
    seen->count++;
}

/* SSL_free(). */
static void
connection_freed(void *parent, void *ptr, struct crypto_ex_data_st *data, int index, long argl, void *argp)
{
    struct seen *seen = uv_key_get(argp);
    (void)ptr;
    (void)data;
    (void)index;
    (void)argl;
    if (seen != NULL && seen->ssl == parent)
        seen->ssl = NULL;
}

/* The file of the module _ssl as bytes. New reference; NULL: it has none, such as one that is built into the interpreter. */
static PyObject *
file_of_ssl(void)
{
    PyObject *module = PyImport_ImportModule("_ssl"), *path = NULL;
    PyObject *file = module != NULL ? PyObject_GetAttrString(module, "__file__") : NULL;
    if (file == NULL || !PyUnicode_FSConverter(file, &path))
        PyErr_Clear();
    Py_XDECREF(file);
    Py_XDECREF(module);
    return path;
}

/* False: the calls of _ssl it is. */
static bool
load(struct pn_tls_library *lib)
{
    pn_symbol found[NAMES];
    PyObject *path = file_of_ssl();
    bool all = path != NULL && pn_symbols_find(PyBytes_AS_STRING(path), names, found, NAMES);
    Py_XDECREF(path);
    if (all)
        memcpy(lib, found, sizeof(found));
    return all;
}

/* Never freed: OpenSSL keeps the callback until the process ends. Borrowed; NULL: there is none. */
static const struct pn_tls_library *
library_of(PnState *st)
{
    struct pn_tls_library lib = {0};
    if (st->tls_looked || !load(&lib) || st->tls_looked) /* another thread may have looked meanwhile */
        goto done;
    struct pn_tls_library *kept = PyMem_RawMalloc(sizeof(*kept));
    uv_key_t *key = PyMem_RawMalloc(sizeof(*key));
    if (kept == NULL || key == NULL || uv_key_create(key) != 0) {
        PyMem_RawFree(kept);
        PyMem_RawFree(key);
        goto done;
    }
    lib.made = key;
    *kept = lib;
    if (lib.new_index(CLASS_SSL, 0, key, connection_made, NULL, connection_freed) > 0)
        st->tls_library = kept;
done:
    st->tls_looked = true;
    return st->tls_library;
}

/* --- finding the connection --- */

PyObject *
pn_tls_wrap(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (nargs < 1)
        return PyErr_Format(PyExc_TypeError, "_tls_wrap(wrap_bio, ...)");
    const struct pn_tls_library *lib = library_of(pn_state_of_module(module));
    struct seen seen = {NULL, 0};
    void *before = lib != NULL ? uv_key_get(lib->made) : NULL;
    if (lib != NULL)
        uv_key_set(lib->made, &seen);
    PyObject *made = PyObject_Vectorcall(args[0], args + 1, (size_t)(nargs - 1), kwnames);
    if (lib != NULL)
        uv_key_set(lib->made, before);
    if (made == NULL)
        return NULL;
    PyObject *address = PyLong_FromVoidPtr(seen.count == 1 ? seen.ssl : NULL);
    PyObject *result = address != NULL ? PyTuple_Pack(2, made, address) : NULL;
    Py_XDECREF(address);
    Py_DECREF(made);
    return result;
}

/* Whether the memory of the object has this pointer. */
static bool
holds(PyObject *op, const void *pointer)
{
    const char *at = (const char *)op + sizeof(PyObject), *end = (const char *)op + Py_TYPE(op)->tp_basicsize;
    for (; at + sizeof(void *) <= end; at += sizeof(void *)) {
        if (memcmp(at, &pointer, sizeof(pointer)) == 0)
            return true;
    }
    return false;
}

static const char probe[] = "pynet";
#define PROBE ((int)sizeof(probe))

/* What incoming.write() writes is what the connection reads. Leaves the BIO empty, as it was. */
static bool
reads_from(const struct pn_tls_library *lib, struct bio_st *bio, PyObject *write)
{
    char back[PROBE];
    if (lib->bio_pending(bio) != 0)
        return false;
    PyObject *bytes = PyBytes_FromStringAndSize(probe, PROBE);
    PyObject *result = bytes != NULL ? PyObject_CallOneArg(write, bytes) : NULL;
    Py_XDECREF(bytes);
    Py_XDECREF(result);
    return result != NULL && lib->bio_pending(bio) == (size_t)PROBE && lib->bio_read(bio, back, PROBE) == PROBE &&
           memcmp(back, probe, sizeof(probe)) == 0;
}

/* What the connection writes is what outgoing.read() reads. */
static bool
writes_to(const struct pn_tls_library *lib, struct bio_st *bio, PyObject *read)
{
    if (lib->bio_pending(bio) != 0 || lib->bio_write(bio, probe, PROBE) != PROBE)
        return false;
    PyObject *back = PyObject_CallNoArgs(read);
    bool same = back != NULL && PyBytes_CheckExact(back) && PyBytes_GET_SIZE(back) == PROBE &&
                memcmp(PyBytes_AS_STRING(back), probe, sizeof(probe)) == 0;
    Py_XDECREF(back);
    return same;
}

void
pn_tls_find_connection(PnTLS *t, PyObject *address)
{
    const struct pn_tls_library *lib = t->st->tls_library;
    struct ssl_st *ssl = PyLong_Check(address) ? PyLong_AsVoidPtr(address) : NULL;
    PyObject *read = t->calls[PN_TLS_READ], *inner = PyCFunction_Check(read) ? PyCFunction_GET_SELF(read) : NULL;
    if (lib != NULL && ssl != NULL && t->direct && inner != NULL && holds(inner, ssl) &&
        lib->ex_data(ssl, APP_DATA) == inner) {
        struct bio_st *in = lib->rbio(ssl), *out = lib->wbio(ssl);
        if (in != NULL && out != NULL && in != out && reads_from(lib, in, t->calls[PN_TLS_FEED]) &&
            writes_to(lib, out, t->calls[PN_TLS_TAKE])) {
            t->library = lib;
            t->ssl = ssl;
        }
    }
    PyErr_Clear();
}
