// The state in each event of a connection that the client ends first.
// kinds: tcp unix
'use strict';

const { connect, listen, net, run, state, trace } = require('../harness.cjs');

run(() => {
  const events = ['connect', 'ready', 'end', 'prefinish', 'finish', 'close'];
  const follow = (sock, who) => {
    for (const event of events)
      sock.on(event, () => trace(who, event, state(sock)));
    sock.resume();
  };
  const server = net.createServer((sock) => {
    follow(sock, 'S');
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    follow(client, 'C');
    client.on('ready', () => {
      client.end();
      trace('C', 'after end', state(client));
    });
  });
});
