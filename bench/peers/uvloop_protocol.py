"""Echo server: the Protocol class of asyncio_protocol.py, run by uvloop."""

import uvloop

from asyncio_protocol import main

if __name__ == "__main__":
    uvloop.run(main())
