// end() twice before the connection: both callbacks, once the socket has connected and sent what it had.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, trace } = require('../harness.cjs');
const { ends, queue } = require('../writing.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end close');
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    record(client, 'C', 'connect ready drain prefinish finish');
    client.resume();
    client.write('one ', answer('C', 'write callback'));
    client.end('two', answer('C', 'first end callback'));
    trace('C', 'ended', queue(client), ends(client));
    client.end(answer('C', 'second end callback'));
    client.on('ready', () => client.end(answer('C', 'third end callback')));
  });
});
