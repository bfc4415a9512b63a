// Thirty clients at once, each answered: all counted, all closed.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const COUNT = 30;
  let answers = 0;
  let closed = 0;
  let most = 0;
  const server = net.createServer((sock) => {
    sock.on('data', (chunk) => sock.write(chunk));
    server.getConnections((err, count) => { most = Math.max(most, count); });
  });
  record(server, 'srv', 'error drop close');
  listen(server, () => {
    for (let i = 0; i < COUNT; i += 1) {
      const client = connect(server, {}, () => client.write(`client ${i}`));
      client.on('data', (chunk) => {
        answers += Number(chunk.toString() === `client ${i}`);
        client.end();
      });
      client.on('close', (hadError) => {
        closed += Number(!hadError);
        if (closed === COUNT) {
          trace('main', 'closed', closed, answers, most > 1);
          server.close();
        }
      });
    }
  });
});
