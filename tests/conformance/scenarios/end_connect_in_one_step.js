// end(), then connect() in one step on a fresh socket: 'finish' comes, and the connection is open.
// kinds: tcp unix
'use strict';

const { answer, listen, net, record, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = new net.Socket();
    record(client, 'C', 'connect ready prefinish finish error');
    client.end(answer('C', 'end callback'));
    client.connect(where(server));
    client.on('ready', () => setTimeout(() => {
      trace('C', 'state', state(client), client.writableEnded);
      client.destroy();
      server.close();
    }, 10));
  });
});
