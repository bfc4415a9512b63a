// read() and a readable listener before the connection: nothing yet, and then all is as it should be.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');
const { flow } = require('../reading.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.end('welcome');
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    trace('C', 'read', client.read(), client.read(3), client.read(0));
    client.on('readable', () => {
      for (let chunk = client.read(); chunk !== null; chunk = client.read())
        trace('C', 'chunk', chunk);
    });
    trace('C', 'listening', flow(client));
    record(client, 'C', 'connect ready pause resume end close');
  });
});
