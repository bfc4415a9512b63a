// A mark of 0: any queued byte is too many; an idle connection takes writes all the same.
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
    const client = connect(server, { highWaterMark: 0 });
    record(client, 'C', 'connect drain ready');
    client.resume();
    trace('C', 'empty', client.write('', answer('C', 'empty callback')), queue(client));
    trace('C', 'one', client.write('1', answer('C', 'one callback')), queue(client));
    client.on('ready', () => {
      trace('C', 'connected', client.write('2', answer('C', 'two callback')), queue(client));
      client.end();
    });
  });
});
