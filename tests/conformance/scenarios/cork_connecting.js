// A socket corked before it connects stays so until it is uncorked.
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
    client.cork();
    trace('C', 'one', client.write('one ', answer('C', 'one callback')), queue(client));
    client.on('connect', () => trace('C', 'connect', queue(client)));
    client.on('ready', () => {
      trace('C', 'two', client.write('two', answer('C', 'two callback')), queue(client));
      settle(() => {
        trace('C', 'settled', queue(client));
        client.uncork();
        trace('C', 'uncorked', queue(client));
        client.end(answer('C', 'end callback'));
      });
    });
  });
});
