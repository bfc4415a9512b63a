// 'removeListener' comes after the removal, before a once() listener runs.
// kinds: plain
'use strict';

const { EventEmitter } = require('node:events');
const { run, trace } = require('../harness.cjs');

run(() => {
  const emitter = new EventEmitter();
  const f = () => trace('E', 'f runs');
  emitter.on('removeListener', (event, listener) => {
    const mine = listener === f || listener.listener === f;
    trace('E', 'removeListener', event, mine, emitter.listenerCount(event));
  });
  emitter.on('x', f);
  emitter.once('x', f);
  emitter.emit('x');
  emitter.off('x', f);
  emitter.off('x', f);
  emitter.on('y', f);
  emitter.removeAllListeners('y');
});
