// The addresses of a client, from its making to its connection.
// kinds: tcp unix
'use strict';

const { serve } = require('../connecting.cjs');
const { net, run, trace } = require('../harness.cjs');

run(() => {
  const show = (sock, label) => {
    trace('C', label, sock.address(), sock.localAddress, sock.localFamily, sock.localPort > 0);
    trace('C', label, sock.remoteAddress, sock.remoteFamily, sock.remotePort > 0);
  };
  serve((target) => {
    const client = new net.Socket();
    show(client, 'fresh');
    client.on('connectionAttempt', () => trace('C', 'attempt', client.address(), client.localAddress));
    client.on('connect', () => show(client, 'connect'));
    client.on('ready', () => show(client, 'ready'));
    client.on('end', () => show(client, 'end'));
    client.resume();
    client.connect(target);
  });
});
