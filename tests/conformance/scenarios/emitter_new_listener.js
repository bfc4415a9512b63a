// 'newListener' comes before the listener is added, with the function itself, for once() too.
// kinds: plain
'use strict';

const { EventEmitter } = require('node:events');
const { run, trace } = require('../harness.cjs');

run(() => {
  const emitter = new EventEmitter();
  const f = () => {};
  emitter.on('newListener', (event, listener) => {
    trace('E', 'newListener', event, listener === f, emitter.listenerCount(event));
  });
  emitter.on('x', f);
  emitter.once('x', f);
  emitter.prependListener('y', f);
  emitter.on('removeListener', f);
});
