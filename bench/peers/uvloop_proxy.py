"""asyncio_proxy.py, run by uvloop."""

import uvloop

from asyncio_proxy import main

if __name__ == "__main__":
    uvloop.run(main())
