// Every kind of value as the options autoSelectFamily and autoSelectFamilyAttemptTimeout of connect().
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  const families = [
    ['undefined', undefined], ['true', true], ['false', false], ['number', 1], ['text', 'true'], ['object', {}],
  ];
  table('autoSelectFamily', families, (autoSelectFamily) => {
    return net.connect({ port: 80, host: 'localhost', autoSelectFamily });
  });
  const timeouts = [
    ['undefined', undefined], ['1', 1], ['9', 9], ['10', 10], ['largest', 2 ** 31 - 1], ['0', 0], ['-1', -1],
    ['too large', 2 ** 31], ['1.5', 1.5], ['NaN', NaN], ['infinite', Infinity], ['text', '5'], ['object', {}],
  ];
  table('autoSelectFamilyAttemptTimeout', timeouts, (autoSelectFamilyAttemptTimeout) => {
    return net.connect({ port: 80, host: 'localhost', autoSelectFamilyAttemptTimeout });
  });
});
