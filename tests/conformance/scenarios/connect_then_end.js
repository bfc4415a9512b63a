// end() with data while connecting: the connection is made, the data sent, then the end.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end prefinish finish close');
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    record(client, 'C', 'connect ready prefinish finish end close');
    client.end('all of it', answer('C', 'end callback'));
    trace('C', 'after end', state(client), client.bytesWritten);
    client.resume();
  });
});
