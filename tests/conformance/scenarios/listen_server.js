// listen() on another server that listens: at once, at the same address.
// kinds: tcp
'use strict';

const { answer, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const first = net.createServer();
  const second = net.createServer();
  record(second, 'second', 'listening error close');
  listen(first, () => {
    const same = second.listen(first, () => {
      trace('second', 'callback', second.address().port === first.address().port);
      second.close(answer('second', 'close callback'));
      first.close();
    });
    trace('second', 'returned', same === second, second.listening);
  });
});
