// An exception in the close() callback of a server: uncaught; later 'close' listeners do not run.
// kinds: tcp unix
'use strict';

const { listen, net, note, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  listen(server, () => {
    server.close(() => {
      throw new Error('in close');
    });
    server.on('close', note('main', 'later listener'));
    setImmediate(() => trace('main', 'immediate', server.listening));
  });
});
