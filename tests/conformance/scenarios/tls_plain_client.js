// A client that sends HTTP in the clear.
// kinds: tcp unix
'use strict';

const { run } = require('../harness.cjs');
const { connect, record, serve } = require('../securing.cjs');

run(() => {
  serve({}, () => {}, (server) => {
    const client = connect(server, {});
    record(client, 'C', 'connect close');
    client.on('error', () => {});
    client.resume();
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    client.on('close', () => server.close());
  });
});
