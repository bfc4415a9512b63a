// destroy(error) with writes queued before the connection: callbacks after 'close', later ones with that error.
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
    client.write('three', answer('C', 'third write'));
    client.destroy(new Error('enough'));
    client.on('close', () => settle(() => server.close()));
  });
});
