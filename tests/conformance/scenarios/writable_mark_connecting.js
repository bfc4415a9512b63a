// A small mark while connecting: write() is False from the mark on, one 'drain' when all is out.
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
    const client = connect(server, { writableHighWaterMark: 4 });
    record(client, 'C', 'drain ready');
    client.on('connect', () => trace('C', 'connect', queue(client)));
    client.resume();
    trace('C', 'three', client.write('123', answer('C', 'three callback')), queue(client));
    trace('C', 'fourth', client.write('4', answer('C', 'fourth callback')), queue(client));
    trace('C', 'fifth', client.write('5', answer('C', 'fifth callback')), queue(client));
    client.on('drain', () => {
      trace('C', 'in drain', client.write('678', answer('C', 'drain callback')), queue(client));
    });
    client.on('ready', () => {
      trace('C', 'in ready', client.write('past the mark', answer('C', 'ready callback')), queue(client));
      client.end();
    });
  });
});
