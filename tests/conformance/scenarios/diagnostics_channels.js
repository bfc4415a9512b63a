// The channels of a listen(), a connection, and a listen() that fails: their order, and the state at each moment.
// kinds: tcp unix
'use strict';

const dc = require('diagnostics_channel');
const { listen, net, run, trace, where } = require('../harness.cjs');

const LISTEN = 'tracing:net.server.listen:';

function hear(name, ...keys) {
  dc.subscribe(name, (message, channel) => {
    trace('main', channel, Object.keys(message).join(' '), ...keys.map((key) => key(message)));
  });
}

run(() => {
  hear('net.client.socket', (m) => m.socket.connecting, (m) => m.socket.destroyed);
  hear('net.server.socket', (m) => m.socket.readyState);
  hear(LISTEN + 'asyncStart', (m) => m.server.listening, (m) => Object.keys(m.options).join(' '));
  hear(LISTEN + 'asyncEnd', (m) => m.server.listening);
  hear(LISTEN + 'error', (m) => m.server.listening, (m) => m.error.code);
  const server = net.createServer();
  server.on('listening', () => trace('main', 'listening'));
  server.on('connection', (sock) => {
    trace('main', 'connection');
    sock.end();
    sock.on('close', () => {
      const other = net.createServer();
      other.on('error', () => {
        trace('main', 'error');
        server.close();
      });
      other.listen(where(server));
    });
  });
  listen(server, () => {
    const client = net.connect(where(server));
    trace('main', 'connect() has returned');
    client.resume();
  });
});
