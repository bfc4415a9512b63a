// A host that is looked up, with a port in use: the error has the address that was found.
// kinds: plain
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const first = net.createServer();
  const second = net.createServer();
  record(second, 'second', 'listening error close');
  first.listen(0, '127.0.0.1', () => {
    second.listen(first.address().port, '127.1');
    trace('second', 'returned', second.listening);
    second.on('error', () => first.close());
  });
});
