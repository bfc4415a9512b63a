// listen() where another server listens: 'error' EADDRINUSE, no 'close', not listening.
// kinds: tcp unix
'use strict';

const { listen, net, note, record, run, trace, where } = require('../harness.cjs');

run(() => {
  const first = net.createServer();
  const second = net.createServer();
  record(second, 'second', 'listening close error');
  listen(first, () => {
    second.on('error', () => {
      trace('second', 'state', second.listening, second.address());
      first.close();
    });
    second.listen(where(first), note('second', 'callback'));
  });
});
