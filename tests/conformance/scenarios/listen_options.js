// listen(options) with port and host, or path, and a callback.
// kinds: tcp unix
'use strict';

const { kind, net, place, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close');
  const options = kind === 'unix' ? { path: place('s.sock') } : { port: 0, host: '127.0.0.1', backlog: 5 };
  server.listen(options, () => {
    trace('srv', 'callback', server.address());
    server.close();
  });
});
