// connect(), destroy(), then connect() where there is no server, in one step: two 'close'.
// kinds: unix
'use strict';

const { listen, net, nowhere, record, run, where } = require('../harness.cjs');

run(() => {
  nowhere((empty) => {
    const server = net.createServer((sock) => sock.on('error', () => {}).resume());
    listen(server, () => {
      const client = new net.Socket();
      record(client, 'C', 'connect error close');
      client.connect(where(server));
      client.destroy();
      client.connect(empty);
      let closes = 0;
      client.on('close', () => {
        closes += 1;
        if (closes === 2)
          server.close();
      });
    });
  });
});
