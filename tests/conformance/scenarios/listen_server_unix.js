// listen() on another server that listens at a path.
// kinds: unix
'use strict';

const { listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const first = net.createServer();
  const second = net.createServer();
  record(second, 'second', 'listening close error');
  second.on('error', () => first.close());
  listen(first, () => {
    second.listen(first, () => {
      trace('second', 'callback', second.listening);
      second.close();
      first.close();
    });
    trace('second', 'returned', second.listening);
  });
});
