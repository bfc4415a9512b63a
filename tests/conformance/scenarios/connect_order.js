// A connection: 'connect' to the listeners in the order they were added, then 'ready', with the states.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.resume();
    server.close();
  });
  listen(server, () => {
    const client = connect(server, {}, () => trace('C', 'connect listener', state(client)));
    trace('C', 'after connect', state(client));
    client.on('connect', () => trace('C', 'second listener'));
    record(client, 'C', 'lookup connect ready close');
    client.on('ready', () => {
      trace('C', 'state', state(client));
      client.end();
    });
    client.resume();
  });
});
