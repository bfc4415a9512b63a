// A signal that is aborted in 'connectionAttemptFailed', of one address and of two.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing } = require('../connecting.cjs');
const { nowhere, run } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    for (const [who, addresses] of [['C1', ['127.0.0.1']], ['C2', ['127.0.0.1', '127.0.0.2']]]) {
      const controller = new AbortController();
      const client = outgoing({ ...named(target, ...addresses), signal: controller.signal }, who);
      client.on('connectionAttemptFailed', () => controller.abort());
    }
  });
});
