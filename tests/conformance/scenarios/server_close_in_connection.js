// close() in the connection listener, before and after the socket is destroyed.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, place, record, run, trace } = require('../harness.cjs');

run(() => {
  const before = net.createServer((sock) => {
    trace('before', 'returns itself', before.close(answer('before', 'callback')) === before, before.listening);
    sock.destroy();
  });
  const after = net.createServer((sock) => {
    sock.destroy();
    after.close(answer('after', 'callback'));
  });
  record(before, 'before', 'close');
  record(after, 'after', 'close');
  listen(before, () => connect(before).resume());
  listen(after, () => connect(after).resume(), place('after.sock'));
});
