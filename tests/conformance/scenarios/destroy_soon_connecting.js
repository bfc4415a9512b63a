// destroySoon() while connecting: it connects, sends, and closes.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, trace } = require('../harness.cjs');
const { ends, queue } = require('../writing.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end');
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    record(client, 'C', 'connect ready prefinish finish error close');
    client.write('hit and run', answer('C', 'write callback'));
    client.destroySoon();
    trace('C', 'after destroySoon', queue(client), ends(client));
  });
});
