// An address that does not answer within its time: the next is tried, and works.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, silent, states, tried } = require('../connecting.cjs');
const { net, run, trace } = require('../harness.cjs');

run(() => {
  silent((target, release) => {
    const server = net.createServer((sock) => sock.end().resume());
    server.listen(target.port, '127.0.0.2', () => {
      const client = outgoing({ ...named(target, '127.0.0.1', '127.0.0.2'), autoSelectFamilyAttemptTimeout: 50 });
      states(client, 'C', 'connectionAttemptTimeout');
      client.on('connect', () => trace('C', 'tried', tried(client)));
      client.on('close', () => {
        release();
        server.close();
      });
    });
  });
});
