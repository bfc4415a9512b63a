// What queued text counts: the length of its bytes in bytesWritten, and in writableLength.
// kinds: tcp unix
'use strict';

const { connect, listen, net, run, trace } = require('../harness.cjs');
const { queue } = require('../writing.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.resume();
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    client.resume();
    client.write('\u00e9\u20ac');
    trace('C', 'text', queue(client), client.bytesWritten);
    client.write('6162', 'hex');
    trace('C', 'hex', queue(client), client.bytesWritten);
    client.write(Buffer.from('bytes'));
    trace('C', 'bytes', queue(client), client.bytesWritten);
    client.end();
  });
});
