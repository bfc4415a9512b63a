// The listener given to connect() is used up by its 'connect': a reconnect does not run it again.
// kinds: tcp unix
'use strict';

const { connect, listen, net, note, record, run, where } = require('../harness.cjs');

run(() => {
  let rounds = 0;
  const server = net.createServer((sock) => sock.end().resume());
  listen(server, () => {
    const client = connect(server, {}, note('C', 'listener'));
    record(client, 'C', 'connect close');
    client.resume();
    client.on('close', () => {
      rounds += 1;
      if (rounds === 2)
        server.close();
      else
        client.connect(where(server));
    });
  });
});
