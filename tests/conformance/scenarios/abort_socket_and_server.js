// One signal for a server, its accepted socket's peer and a listener: all in the order in which they came to it.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const { signal } = controller;
  const server = net.createServer((sock) => {
    sock.resume();
    settle(() => {
      controller.abort('stop');
      trace('main', 'aborted', server.listening, client.destroyed);
    });
  });
  let client = null;
  server.on('close', () => trace('srv', 'close'));
  signal.addEventListener('abort', () => trace('main', 'first', server.listening));
  listen(server, () => {
    signal.addEventListener('abort', () => trace('main', 'second', client === null));
    client = connect(server, { signal });
    record(client, 'C', 'connect end error close');
    signal.addEventListener('abort', () => trace('main', 'third', client.destroyed));
  });
  server.on('connection', () => server.close());
});
