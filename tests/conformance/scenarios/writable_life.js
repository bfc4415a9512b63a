// The writing half through a life that ends well.
// kinds: tcp unix
'use strict';

const { listen, net, run, trace, where } = require('../harness.cjs');
const { ends, queue } = require('../writing.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.resume();
    server.close();
  });
  listen(server, () => {
    const client = new net.Socket();
    const tell = (label) => trace('C', label, queue(client), ends(client));
    for (const event of ['connect', 'prefinish', 'finish', 'close'])
      client.on(event, () => tell(event));
    client.resume();
    tell('new');
    client.connect(where(server));
    tell('connecting');
    client.write('queued', () => tell('queued callback'));
    tell('written');
    client.on('ready', () => {
      tell('ready');
      client.write('sent', () => {
        tell('sent callback');
        client.end(() => tell('end callback'));
        tell('ended');
      });
      tell('written');
    });
  });
});
