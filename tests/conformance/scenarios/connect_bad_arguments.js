// Wrong arguments of connect() raise at once.
// kinds: plain
'use strict';

const { attempt, net, run } = require('../harness.cjs');

run(() => {
  attempt('main', 'no port', () => net.connect({ host: '127.0.0.1' }));
  attempt('main', 'empty options', () => net.connect({}));
  attempt('main', 'port 65536', () => net.connect(65536, '127.0.0.1'));
  attempt('main', 'port -1', () => net.connect({ port: -1 }));
  attempt('main', 'port 1.5', () => net.connect({ port: 1.5 }));
  attempt('main', 'port text', () => net.connect({ port: 'http' }));
  attempt('main', 'port true', () => net.connect({ port: true }));
  attempt('main', 'host 5', () => net.connect({ port: 80, host: 5 }));
  attempt('main', 'path 5', () => net.connect({ path: 5 }));
});
