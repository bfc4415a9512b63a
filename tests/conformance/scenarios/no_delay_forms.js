// setNoDelay() in every state returns the socket.
// kinds: tcp unix
'use strict';

const { outgoing, serve } = require('../connecting.cjs');
const { net, run, trace } = require('../harness.cjs');

run(() => {
  const sock = new net.Socket({ noDelay: true });
  trace('fresh', 'set', sock.setNoDelay() === sock, sock.setNoDelay(false) === sock);
  serve((target) => {
    const client = outgoing({ ...target, noDelay: true });
    trace('C', 'connecting', client.setNoDelay(false) === client, client.setNoDelay(true) === client);
    client.on('connect', () => trace('C', 'connected', client.setNoDelay(false) === client));
    client.on('close', () => trace('C', 'closed', client.setNoDelay() === client));
  });
});
