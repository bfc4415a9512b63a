// An empty host is none.
// kinds: plain
// needs: ipv6
'use strict';

const { net, run, trace } = require('../harness.cjs');

run(() => {
  for (const [label, host] of [['empty', ''], ['undefined', undefined]]) {
    const server = net.createServer();
    server.listen({ port: 0, host }, () => {
      trace(label, 'callback', server.address());
      server.close();
    });
    trace(label, 'returned', server.listening);
  }
});
