// connect(), destroy(), connect(), destroy(err) in one step: each 'close' says whether its own connection failed.
// kinds: tcp unix
'use strict';

const { listen, net, record, run, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = new net.Socket();
    record(client, 'C', 'connect error close');
    client.connect(where(server));
    client.destroy();
    client.connect(where(server));
    client.destroy(new Error('boom'));
    client.on('close', (hadError) => {
      if (!hadError)
        server.close();
    });
  });
});
