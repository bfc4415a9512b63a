"""JSON-RPC 2.0 over a unix socket: one JSON text on each line. The server and a client.

    python examples/json_rpc.py serve /tmp/rpc.sock
    python examples/json_rpc.py call /tmp/rpc.sock add 2 3

Ctrl-C ends it in order.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import pynet

LONGEST = 1024 * 1024  # bytes of a request
METHODS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "methods": lambda: sorted(METHODS),
}

# --- the server ---


def failure(code: int, message: str, number: object = None) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}


def answer(line: bytes) -> dict[str, Any] | None:
    """The answer to a request; None to a notification, which has no id."""
    try:
        request = json.loads(line)
    except ValueError:
        return failure(-32700, "Parse error")
    if not isinstance(request, dict) or not isinstance(request.get("method"), str):
        return failure(-32600, "Invalid Request")
    number, params = request.get("id"), request.get("params", [])
    method = METHODS.get(request["method"])
    if method is None:
        result = failure(-32601, "Method not found", number)
    else:
        try:
            value = method(**params) if isinstance(params, dict) else method(*params)
            result = {"jsonrpc": "2.0", "id": number, "result": value}
        except Exception as error:  # a mistake of the method is an answer too
            result = failure(-32000, f"{type(error).__name__}: {error}", number)
    return result if "id" in request else None


def handler(sock: pynet.Socket) -> None:
    """One client; each has a thread of its own, so a method may take its time."""
    try:
        for line in sock.lines(max=LONGEST):
            if (reply := answer(line)) is not None:
                sock.write(json.dumps(reply) + "\n")
    except pynet.NetError as error:  # too long a line, or the connection is lost
        print(error, file=sys.stderr, flush=True)


def serve(path: str) -> pynet.Server:
    """Only this user may connect; the file of a server that was killed is replaced."""
    return pynet.serve(handler, path, limit=100, mode=0o600, unlink_stale=True)


# --- a client ---


class Client:
    def __init__(self, path: str) -> None:
        self.sock = pynet.connect(path)
        self.number = 0

    def call(self, method: str, *params: object, timeout: float = 10) -> Any:
        self.number += 1
        request = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        self.sock.write(json.dumps(request) + "\n")
        reply = json.loads(self.sock.read_until("\n", max=LONGEST, timeout=timeout))
        if "error" in reply:
            raise RuntimeError(reply["error"]["message"])
        return reply["result"]

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.sock.close()


def main() -> None:
    command, path, *words = sys.argv[1:]
    if command == "serve":
        server = serve(path)
        pynet.run(lambda: print("listening on", server.address(), flush=True), signals=True)
    else:
        with Client(path) as client:
            print(client.call(words[0], *map(json.loads, words[1:])))


if __name__ == "__main__":
    main()
