// The type of service that is set while connecting is there in 'connect'.
// kinds: tcp
// only: linux
'use strict';

const { outgoing, serve } = require('../connecting.cjs');
const { attempt, run, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const client = outgoing({ ...target, typeOfService: 8 });
    attempt('C', 'get', () => trace('C', 'got', client.getTypeOfService()));
    attempt('C', 'set', () => client.setTypeOfService(64));
    client.on('connect', () => trace('C', 'connected', client.getTypeOfService()));
  });
});
