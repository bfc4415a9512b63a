// onread: a callback that returned False has paused that connection only; the next one reads.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace, where } = require('../harness.cjs');

run(() => {
  let client = null;
  let count = 0;
  const callback = (nread, given) => {
    count += 1;
    trace('C', 'callback', Buffer.from(given.subarray(0, nread)));
    if (count === 1) {
      setImmediate(() => client.destroy());
      return false;
    }
    client.destroy();
    server.close();
    return true;
  };
  const server = net.createServer((sock) => {
    sock.on('error', () => {});
    sock.write('hello');
  });
  listen(server, () => {
    client = connect(server, { onread: { buffer: Buffer.alloc(8), callback } });
    record(client, 'C', 'connect close');
    client.on('close', () => {
      if (count === 1) client.connect(where(server));
    });
  });
});
