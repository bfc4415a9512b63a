// once(): taken off before it runs, so that an emit() inside it does not call it again.
// kinds: plain
'use strict';

const { EventEmitter } = require('node:events');
const { note, run, trace } = require('../harness.cjs');

run(() => {
  const emitter = new EventEmitter();
  emitter.once('x', (n) => {
    trace('E', 'once', n, emitter.listenerCount('x'));
    emitter.emit('x', n + 1);
  });
  emitter.prependOnceListener('x', note('E', 'prepended once'));
  emitter.on('x', note('E', 'always'));
  emitter.emit('x', 1);
  emitter.emit('x', 5);
});
