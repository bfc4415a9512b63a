// onread on a client that sends and gets an answer, with half of its life after its own end.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, state, trace } = require('../harness.cjs');
const { flags } = require('../reading.cjs');

run(() => {
  const buffer = Buffer.alloc(64);
  const server = net.createServer({ allowHalfOpen: true }, (sock) => {
    sock.on('end', () => sock.end('answer'));
    record(sock, 'S', 'data end finish close');
    server.close();
  });
  listen(server, () => {
    const callback = (nread, given) => {
      trace('C', 'callback', Buffer.from(given.subarray(0, nread)), state(client));
    };
    const client = connect(server, { onread: { buffer, callback } });
    record(client, 'C', 'connect data end finish close');
    client.on('end', () => trace('C', 'at the end', flags(client), client.bytesRead));
    client.end('request');
  });
});
