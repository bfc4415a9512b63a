// destroy() with writes queued before the connection: each callback gets its error after 'close'.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, settle } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = connect(server);
    record(client, 'C', 'connect error prefinish finish close');
    client.write('one', answer('C', 'first write'));
    client.write('two', answer('C', 'second write'));
    client.end('three', answer('C', 'end'));
    client.destroy();
    client.on('close', () => settle(() => server.close()));
  });
});
