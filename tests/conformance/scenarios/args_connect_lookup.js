// Every kind of value as the option lookup of connect() to a name.
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  const rows = [
    ['undefined', undefined], ['number', 5], ['text', 'x'], ['object', {}], ['list', []], ['function', () => {}],
  ];
  table('main', rows, (lookup) => net.connect({ port: 80, host: 'nowhere.invalid', lookup }));
  table('Socket', rows, (lookup) => new net.Socket().connect({ port: 80, host: 'nowhere.invalid', lookup }));
});
