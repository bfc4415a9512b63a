// A listener added inside 'newListener' comes before the one that caused it.
// kinds: plain
'use strict';

const { EventEmitter } = require('node:events');
const { note, run } = require('../harness.cjs');

run(() => {
  const emitter = new EventEmitter();
  emitter.once('newListener', (event) => {
    if (event === 'x')
      emitter.on('x', note('E', 'from newListener'));
  });
  emitter.on('x', note('E', 'the cause'));
  emitter.emit('x');
});
