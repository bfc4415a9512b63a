// connect() by path and by options; with path and port the path is taken.
// kinds: unix
'use strict';

const { listen, net, note, place, record, run } = require('../harness.cjs');

run(() => {
  let open = 3;
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
    follow(net.connect(place('s.sock'), note('C1', 'listener')), 'C1');
    follow(net.connect({ path: place('s.sock') }), 'C2');
    follow(net.createConnection({ path: place('s.sock'), port: 1 }), 'C3');
  });
});
