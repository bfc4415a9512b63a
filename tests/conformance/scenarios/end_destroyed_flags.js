// end() without data on a destroyed socket: is it ended?
// kinds: plain
'use strict';

const { net, run, trace } = require('../harness.cjs');

run(() => {
  const client = new net.Socket();
  client.destroy();
  client.end();
  trace('C', 'ended', client.writableEnded, client.writableFinished);
  const failed = new net.Socket();
  failed.on('error', () => {});
  failed.destroy(new Error('boom'));
  failed.end();
  trace('C', 'ended', failed.writableEnded, failed.writableFinished);
});
