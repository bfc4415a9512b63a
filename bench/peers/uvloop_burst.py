"""asyncio_burst.py, run by uvloop."""

import uvloop

from asyncio_burst import main

if __name__ == "__main__":
    uvloop.run(main())
