// One signal for two sockets: both are destroyed at once, in the order made.
// kinds: tcp unix
'use strict';

const { net, nowhere, run, state, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  nowhere((target) => {
    const sockets = ['one', 'two'].map((who) => {
      const sock = new net.Socket({ signal: controller.signal });
      sock.on('error', (err) => trace('main', `${who} error`, err));
      sock.on('close', () => trace('main', `${who} close`));
      return sock;
    });
    controller.signal.addEventListener('abort', () => trace('main', 'listener', sockets.map(state)));
    controller.abort();
    trace('main', 'after', sockets.map(state));
  });
});
