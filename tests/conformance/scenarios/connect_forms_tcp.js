// connect() by port and host, by options, by createConnection() and on a Socket of one's own.
// kinds: tcp
'use strict';

const { listen, net, note, record, run, trace, where } = require('../harness.cjs');

run(() => {
  let open = 4;
  const server = net.createServer((sock) => sock.end().resume());
  const follow = (client, who) => {
    record(client, who, 'connect close');
    client.resume();
    client.on('close', () => {
      open -= 1;
      if (open === 0)
        server.close();
    });
  };
  listen(server, () => {
    const { port, host } = where(server);
    follow(net.connect(port, host, note('C1', 'listener')), 'C1');
    follow(net.connect({ port, host }, note('C2', 'listener')), 'C2');
    follow(net.createConnection(String(port), host), 'C3');
    const own = new net.Socket();
    follow(own, 'C4');
    trace('C4', 'returns itself', own.connect({ port, host }) === own);
  });
});
