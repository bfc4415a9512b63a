"""Real reverse proxies, haproxy and nginx, in front of a server; each on a free port, with its files in tmp_path."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess

import pytest

from helpers import wait_until

HAPROXY = shutil.which("haproxy", path=f"{os.defpath}:/usr/sbin:/usr/local/sbin")
NGINX = shutil.which("nginx", path=f"{os.defpath}:/usr/sbin:/usr/local/sbin")
STREAM = next(
    (
        path
        for folder in ("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules")
        if os.path.exists(path := f"{folder}/ngx_stream_module.so")
    ),
    None,
)

needs_haproxy = pytest.mark.skipif(HAPROXY is None, reason="haproxy is not installed")
needs_nginx = pytest.mark.skipif(NGINX is None or STREAM is None, reason="no nginx with its module stream")


@contextlib.contextmanager
def haproxy(folder: pathlib.Path, backend: str, *, bind: str = "", frontend: str = "", extra: str = ""):
    """The port of a haproxy whose only server has these words: haproxy(tmp_path, "127.0.0.1:80 send-proxy")."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        config = folder / "haproxy.cfg"
        config.write_text(
            f"""global
    maxconn 100
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend front
    bind fd@{listener.fileno()} {bind}
    {frontend}
    default_backend back
backend back
    {extra}
    server app {backend}
"""
        )
        os.set_inheritable(listener.fileno(), True)
        process = subprocess.Popen(
            [HAPROXY, "-db", "-f", str(config)],
            pass_fds=(listener.fileno(),),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        yield port
        assert process.poll() is None, process.stdout.read()
    finally:
        process.terminate()
        process.communicate(timeout=10)


@contextlib.contextmanager
def nginx(folder: pathlib.Path, backend: str, options: str = "proxy_protocol on;", listen: str = ""):
    """The port of an nginx that forwards to `backend`."""
    config = folder / "nginx.conf"
    config.write_text(
        f"""load_module {STREAM};
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 64; }}
stream {{
    server {{
        listen 127.0.0.1:PORT {listen};
        proxy_pass {backend};
        {options}
    }}
}}
"""
    )
    text = config.read_text()
    for _ in range(10):  # another process may take the port between the two
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        config.write_text(text.replace("PORT", str(port)))
        process = subprocess.Popen(
            [NGINX, "-c", str(config), "-p", str(folder), "-e", "stderr"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        # Asked of the kernel: to connect would make a connection to the server.
        if wait_until(lambda process=process, port=port: process.poll() is not None or is_bound(port), timeout=10) and (
            process.poll() is None
        ):
            break
        process.communicate(timeout=10)
    else:
        pytest.fail("nginx does not start")
    try:
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=10)


def is_bound(port: int) -> bool:
    """A process listens on this port of 127.0.0.1."""
    wanted = f"0100007F:{port:04X}"
    with open("/proc/net/tcp") as table:
        return any(line.split()[1] == wanted and line.split()[3] == "0A" for line in table.readlines()[1:])
