// A closed socket connects again: its listeners are kept, its counters start at 0.
// kinds: tcp unix
'use strict';

const { listen, net, record, run, state, trace, where } = require('../harness.cjs');

run(() => {
  let rounds = 0;
  const server = net.createServer((sock) => {
    sock.on('data', (chunk) => sock.end(chunk));
    sock.on('end', () => trace('srv', 'end'));
  });
  listen(server, () => {
    const client = new net.Socket();
    record(client, 'C', 'connect ready data end error close');
    client.on('close', () => {
      rounds += 1;
      trace('C', 'counters', client.bytesRead, client.bytesWritten, state(client));
      if (rounds === 2)
        return server.close();
      client.connect(where(server));
      trace('C', 'again', state(client), client.bytesRead, client.bytesWritten);
      client.write('more');
    });
    client.connect(where(server));
    client.write('some');
  });
});
