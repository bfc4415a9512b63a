// finished() and pipeline() with wrong arguments raise at once.
// kinds: plain
'use strict';

const { finished, pipeline } = require('node:stream');
const { attempt, net, run } = require('../harness.cjs');

run(() => {
  const one = new net.Socket();
  const two = new net.Socket();
  attempt('main', 'a number', () => finished(5, () => {}));
  attempt('main', 'no callback', () => finished(one));
  attempt('main', 'callback', () => finished(one, {}, 5));
  attempt('main', 'pipeline of one', () => pipeline(one, () => {}));
  attempt('main', 'pipeline of a number', () => pipeline(one, 5, () => {}));
  attempt('main', 'pipeline from a number', () => pipeline(5, two, () => {}));
});
