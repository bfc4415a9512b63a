// A BoundSocket and a name: no automatic selection.
// kinds: tcp
// only: linux
'use strict';

const { looking, outgoing, serve, tried } = require('../connecting.cjs');
const { net, run, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const bound = new net.BoundSocket({ host: '127.0.0.1' });
    const lookup = (hostname, options, callback) => {
      trace('C', 'asked', { ...options });
      process.nextTick(callback, null, '127.0.0.1', 4);
    };
    const client = outgoing({ ...looking(target, lookup), handle: bound });
    client.on('close', () => trace('C', 'tried', tried(client)));
  });
});
