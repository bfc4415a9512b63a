// removeEventListener(): before abort(), of one that is not there, twice, and of one added with once.
// kinds: plain
'use strict';

const { heard } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const { signal } = controller;
  const [a, b, c] = ['a', 'b', 'c'].map((label) => heard('main', label, signal));
  signal.addEventListener('abort', a);
  signal.addEventListener('abort', b, { once: true });
  signal.addEventListener('abort', c);
  trace('main', 'returns', signal.removeEventListener('abort', a));
  signal.removeEventListener('abort', a);
  signal.removeEventListener('abort', b);
  signal.removeEventListener('abort', () => {});
  controller.abort();
});
