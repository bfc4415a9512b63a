// The flags of the reading half through a life, with what a listener sees at each event.
// kinds: tcp unix
'use strict';

const { connect, listen, net, run, trace } = require('../harness.cjs');
const { flags, flow } = require('../reading.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.end('all there is');
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    trace('C', 'connecting', flags(client));
    for (const event of ['connect', 'data', 'end', 'finish', 'close'])
      client.on(event, () => trace('C', event, flags(client), flow(client)));
  });
});
