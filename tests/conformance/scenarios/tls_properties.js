// The properties of a socket, before the handshake, after it, and after the close.
// kinds: tcp unix
'use strict';

const { run, state, trace } = require('../harness.cjs');
const { secure, serve } = require('../securing.cjs');

function tell(who, when, sock) {
  trace(who, when, state(sock), sock.encrypted, sock.authorized, sock.getProtocol());
}

run(() => {
  serve({ ALPNProtocols: ['b', 'c'] }, (sock) => {
    tell('S', 'secure', sock);
    trace('S', 'alpn', sock.alpnProtocol, sock.isSessionReused());
    sock.pipe(sock);
  }, (server) => {
    const client = secure(server, { ALPNProtocols: ['a', 'b'] });
    trace('C', 'at once', state(client), client.encrypted, client.authorized);
    client.on('connect', () => trace('C', 'connect', state(client), client.encrypted, client.authorized));
    client.on('secureConnect', () => {
      tell('C', 'secure', client);
      trace('C', 'alpn', client.alpnProtocol, client.isSessionReused(), client.authorizationError);
      client.end();
    });
    client.resume();
    client.on('close', () => {
      trace('C', 'closed', state(client), client.encrypted, client.authorized);
      server.close();
    });
  });
});
