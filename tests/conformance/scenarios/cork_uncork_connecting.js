// cork() and uncork() while connecting: the writes wait for the connection only.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, trace } = require('../harness.cjs');
const { queue } = require('../writing.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end close');
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    record(client, 'C', 'connect ready drain prefinish finish');
    client.resume();
    client.write('first ', answer('C', 'first callback'));
    client.cork();
    client.write('second ', answer('C', 'second callback'));
    client.uncork();
    trace('C', 'uncorked', queue(client));
    client.cork();
    client.end('third', answer('C', 'end callback'));
    trace('C', 'ended', queue(client));
  });
});
