// Every kind of value as the option path of connect().
// kinds: plain
'use strict';

const { net, place, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  // bytes are a path for pynet, and for Node an error
  const rows = [['number', 5], ['object', {}], ['list', []], ['function', () => {}], ['text', place('nobody.sock')]];
  table('main', rows, (path) => net.connect({ path }));
  table('Socket', rows, (path) => new net.Socket().connect({ path }));
  table('with a port', rows, (path) => net.connect({ path, port: 80 }));
});
