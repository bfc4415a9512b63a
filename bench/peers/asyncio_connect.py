"""As pynet_connect.py, by asyncio's create_connection(happy_eyeballs_delay=)."""

import asyncio
import json
import socket
import sys
import time

case = json.loads(sys.argv[1])


async def lookup(*_args, **_options):
    """What getaddrinfo() would find."""
    found = []
    for address in case["addresses"]:
        family, rest = (socket.AF_INET6, (0, 0)) if ":" in address else (socket.AF_INET, ())
        found.append((family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, case["port"], *rest)))
    return found


async def connect():
    loop = asyncio.get_running_loop()
    loop.getaddrinfo = lookup
    began = time.perf_counter()
    try:
        transport, _ = await loop.create_connection(
            asyncio.Protocol, "name", case["port"], happy_eyeballs_delay=case["timeout"] / 1000
        )
    except OSError as error:
        return (time.perf_counter() - began) * 1000, type(error).__name__
    result = (time.perf_counter() - began) * 1000, transport.get_extra_info("peername")[0]
    transport.abort()
    await asyncio.sleep(0)
    return result


async def main():
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await connect()), flush=True)


asyncio.run(main())
