// new Server(options, listener) and new Server(listener).
// kinds: tcp unix
'use strict';

const { connect, listen, net, place, run, trace } = require('../harness.cjs');

run(() => {
  const first = new net.Server({ pauseOnConnect: true }, (sock) => {
    trace('first', 'connection', sock.isPaused());
    sock.destroy();
    first.close();
  });
  const second = new net.Server((sock) => {
    trace('second', 'connection', sock.isPaused());
    sock.destroy();
    second.close();
  });
  listen(first, () => connect(first).on('error', () => {}).resume());
  listen(second, () => connect(second).on('error', () => {}).resume(), place('second.sock'));
});
