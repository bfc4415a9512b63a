// end() and destroy() while connecting.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = connect(server, {});
    client.end(answer('C', 'end callback'));
    client.destroy();
    trace('C', 'state', state(client), client.writableEnded, client.writableFinished);
    record(client, 'C', 'connect ready prefinish finish error close');
    client.on('close', () => server.close());
  });
});
