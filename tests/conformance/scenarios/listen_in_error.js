// listen() in the error listener, where another server is in the way.
// kinds: tcp unix
'use strict';

const { listen, net, place, record, run, trace, where } = require('../harness.cjs');

run(() => {
  const first = net.createServer();
  const second = net.createServer();
  record(second, 'second', 'listening close error');
  second.once('error', () => {
    trace('second', 'in error', second.listening);
    listen(second, () => {
      trace('second', 'callback', second.listening);
      second.close();
      first.close();
    }, place('other.sock'));
  });
  listen(first, () => second.listen(where(first)));
});
