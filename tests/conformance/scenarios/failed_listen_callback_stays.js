// The callback of a failed listen() stays, and runs at the next 'listening'.
// kinds: tcp unix
'use strict';

const { kind, listen, net, note, place, record, run, trace, where } = require('../harness.cjs');

run(() => {
  const first = net.createServer();
  const second = net.createServer();
  record(second, 'second', 'listening error close');
  listen(first, () => {
    second.once('error', () => {
      first.close();
      second.listen(kind === 'unix' ? place('other.sock') : 0, () => {
        trace('second', 'second callback');
        second.close();
      });
    });
    second.listen(where(first), note('second', 'first callback'));
  });
});
