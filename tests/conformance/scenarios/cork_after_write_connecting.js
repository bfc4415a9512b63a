// cork() before the connection: what was written before it leaves with the connection.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, settle, trace } = require('../harness.cjs');
const { queue } = require('../writing.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end close');
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    client.resume();
    trace('C', 'one', client.write('one ', answer('C', 'one callback')), queue(client));
    client.cork();
    trace('C', 'two', client.write('two', answer('C', 'two callback')), queue(client));
    client.on('connect', () => trace('C', 'connect', queue(client)));
    client.on('ready', () => {
      settle(() => {
        trace('C', 'settled', queue(client));
        client.uncork();
        client.end(answer('C', 'end callback'));
      });
    });
  });
});
