// BoundSocket where a server listens: raises. Where another one is bound: not, until both listen.
// kinds: plain
'use strict';

const { attempt, net, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    attempt('main', 'listening there', () => new net.BoundSocket({ host: '127.0.0.1', port }));
    server.close();
    const first = new net.BoundSocket({ host: '127.0.0.1' });
    const second = new net.BoundSocket({ host: '127.0.0.1', port: first.address().port });
    const one = net.createServer();
    const two = net.createServer();
    one.on('listening', () => trace('main', 'one listening'));
    two.on('listening', () => trace('main', 'two listening'));
    two.on('error', (err) => {
      trace('main', 'two error', err.code, err.syscall, two.listening);
      one.close();
    });
    one.listen(first);
    two.listen(second);
    trace('main', 'after', one.listening, two.listening);
    attempt('main', 'adopted', () => second.address());
  });
});
