// A session that is resumed.
// kinds: tcp unix
'use strict';

const { run, trace } = require('../harness.cjs');
const { secure, serve } = require('../securing.cjs');

function visit(server, session, then) {
  const client = secure(server, { session });
  client.once('secureConnect', () => trace('C', 'secureConnect', client.isSessionReused()));
  if (session === undefined) {
    client.once('session', (given) => {
      trace('C', 'session');
      session = given;
    });
  }
  client.once('data', (chunk) => {
    trace('C', 'data', chunk);
    client.end();
  });
  client.once('close', () => then(session));
}

run(() => {
  serve({}, (sock) => sock.write('hello'), (server) => {
    visit(server, undefined, (session) => visit(server, session, () => server.close()));
  });
});
