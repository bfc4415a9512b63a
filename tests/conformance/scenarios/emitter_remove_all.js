// removeAllListeners() with a 'removeListener' listener: told of each, its own event last.
// kinds: plain
'use strict';

const { EventEmitter } = require('node:events');
const { run, trace } = require('../harness.cjs');

run(() => {
  const emitter = new EventEmitter();
  const names = new Map();
  const add = (event, label) => {
    const f = () => {};
    names.set(f, label);
    emitter.on(event, f);
  };
  emitter.on('removeListener', (event, listener) => trace('E', 'removed', event, names.get(listener)));
  add('x', 'x1');
  add('x', 'x2');
  add('y', 'y1');
  trace('E', 'events', emitter.eventNames());
  emitter.removeAllListeners();
  trace('E', 'events', emitter.eventNames());
});
