// Any backlog is taken: 0 and nothing are the default, the system limits large ones.
// kinds: tcp unix
'use strict';

const { kind, net, place, run } = require('../harness.cjs');
const { outcomes } = require('../tables.cjs');

run(() => {
  const options = kind === 'unix' ? {} : { port: 0, host: '127.0.0.1' };
  outcomes([
    ['zero', { backlog: 0 }],
    ['one', { backlog: 1 }],
    ['large', { backlog: 1000000 }],
    ['none', { backlog: null }],
    ['negative', { backlog: -1 }],
  ].map(([label, row]) => [label, { ...(kind === 'unix' ? { path: place(`${label}.sock`) } : options), ...row }]),
  (row) => net.createServer().listen(row));
});
