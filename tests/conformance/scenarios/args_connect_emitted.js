// What connect() only finds when it comes to it is an error event.
// kinds: tcp
// only: linux
'use strict';

const { net, nowhere, run } = require('../harness.cjs');
const { outcomes } = require('../tables.cjs');

run(() => {
  nowhere((target) => outcomes([
    ['local address of another family', { ...target, localAddress: '::1' }],
    ['local address of nobody', { ...target, localAddress: '203.0.113.1' }],
    ['nobody there', target],
    ['empty path', { path: '', port: target.port, host: '127.0.0.1' }],
  ], (options) => net.connect(options)));
});
