// Ticks set in each event of a whole life, on both sides.
// kinds: tcp unix
'use strict';

const { connect, listen, net, run, trace } = require('../harness.cjs');

run(() => {
  const events = ['connect', 'ready', 'end', 'prefinish', 'finish', 'close'];
  const follow = (sock, who) => {
    for (const event of events) {
      sock.on(event, () => {
        trace(who, event);
        process.nextTick(() => trace(who, `tick of ${event}`));
      });
    }
    sock.resume();
  };
  const server = net.createServer((sock) => {
    follow(sock, 'S');
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    follow(client, 'C');
    client.on('ready', () => client.end('x'));
  });
});
