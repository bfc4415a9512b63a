// The writing half of a socket that is destroyed with writes queued.
// kinds: tcp unix
'use strict';

const { connect, listen, net, run, settle, trace } = require('../harness.cjs');
const { ends, queue } = require('../writing.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = connect(server, { highWaterMark: 4 });
    const tell = (label) => trace('C', label, queue(client), ends(client));
    client.on('error', () => tell('error'));
    client.on('close', () => {
      tell('close');
      settle(() => {
        tell('settled');
        server.close();
      });
    });
    client.write('1234', () => trace('C', 'write callback', ends(client)));
    client.end('5678', () => trace('C', 'end callback', ends(client)));
    tell('ended');
    client.destroy(new Error('enough'));
    tell('destroyed');
  });
});
