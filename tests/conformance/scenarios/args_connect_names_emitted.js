// Hosts that only look like addresses are looked up, and not found.
// kinds: tcp
'use strict';

const { net, run } = require('../harness.cjs');
const { outcomes } = require('../tables.cjs');

run(() => {
  outcomes([
    ['blank', ' '], ['address with a blank', '127.0.0.1 '], ['brackets', '[::1]'], ['no address', '256.1.1.1'],
  ].map(([label, host]) => [label, { port: 80, host }]), (options) => net.connect(options));
});
