// A socket that was refused connects when somebody listens.
// kinds: tcp unix
'use strict';

const { listen, net, nowhere, record, run, where } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const client = new net.Socket();
    record(client, 'C', 'connect error end close');
    client.resume();
    client.once('close', () => {
      const server = net.createServer((sock) => {
        sock.end();
        server.close();
      });
      listen(server, () => client.connect(where(server)));
    });
    client.connect(target);
  });
});
