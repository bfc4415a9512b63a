// Wrong values for the options keepAliveInitialDelay, encoding and typeOfService of Socket().
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  table('keepAliveInitialDelay', [
    ['undefined', undefined], ['0', 0], ['-1', -1], ['1500', 1500], ['1.5', 1.5], ['text', '5'], ['object', {}],
    ['list', []],
  ], (keepAliveInitialDelay) => new net.Socket({ keepAliveInitialDelay }));
  table('encoding', [
    ['undefined', undefined], ['utf8', 'utf8'], ['UTF-8', 'UTF-8'], ['hex', 'hex'], ['unknown', 'rot13'],
  ], (encoding) => new net.Socket({ encoding }));
  table('typeOfService', [
    ['undefined', undefined], ['0', 0], ['255', 255], ['256', 256], ['-1', -1], ['1.5', 1.5], ['text', '1'],
    ['object', {}],
  ], (typeOfService) => new net.Socket({ typeOfService }));
});
