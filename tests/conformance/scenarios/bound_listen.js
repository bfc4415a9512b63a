// listen() adopts a BoundSocket: listening and address() at once, 'listening' by the next tick, and it serves.
// kinds: tcp unix
'use strict';

const { attempt, kind, name, net, place, record, run, state, trace } = require('../harness.cjs');

const bind = () => new net.BoundSocket(kind === 'unix' ? { path: place('b.sock') } : { host: '127.0.0.1' });

run(() => {
  const bound = bind();
  const at = bound.address();
  const server = net.createServer();
  record(server, 'srv', 'listening error close');
  server.listen(bound, () => trace('srv', 'callback'));
  const same = kind === 'unix' || server.address().port === at.port;
  trace('srv', 'after listen', server.listening, server.address(), same);
  attempt('main', 'address', () => bound.address());
  attempt('main', 'close', () => bound.close());
  attempt('main', 'adopted again', () => net.createServer().listen(bound));
  attempt('main', 'adopted again', () => net.createServer().listen({ handle: bound }));
  attempt('main', 'adopted again', () => new net.Socket({ handle: bound }));
  server.on('connection', (sock) => {
    name(sock, 'S');
    trace('S', 'accepted', state(sock));
    sock.end('hello');
    sock.resume();
    server.close();
  });
  server.on('listening', () => {
    attempt('main', 'listens already', () => server.listen(new net.BoundSocket({ host: '127.0.0.1' })));
    const client = net.connect(kind === 'unix' ? { path: at } : { port: at.port, host: '127.0.0.1' });
    record(client, 'C', 'connect data end close');
  });
});
