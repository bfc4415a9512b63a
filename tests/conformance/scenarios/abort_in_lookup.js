// A signal that is aborted while a name is looked up.
// kinds: plain
'use strict';

const { outgoing } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const lookup = (hostname, options, callback) => {
    setImmediate(() => {
      controller.abort();
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
      trace('C', 'answered', state(client));
    });
  };
  const client = outgoing({ port: 80, host: 'some.name', signal: controller.signal, lookup });
});
