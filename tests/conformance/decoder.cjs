// Sends the pieces that decoder.py asks for through real sockets, and tells what set_encoding makes of each; see there.
'use strict';

const net = require('node:net');

// One connection: a piece is sent only when the client has read the one before.
function deliver(encoding, pieces) {
  return new Promise((resolve, reject) => {
    const texts = [];
    const server = net.createServer((peer) => {
      let sent = 0;
      const rest = [...pieces];
      const step = () => {
        if (client.bytesRead < sent) {
          setImmediate(step);
          return;
        }
        texts.push('');
        if (rest.length === 0) {
          peer.end();
          return;
        }
        const piece = Buffer.from(rest.shift(), 'hex');
        sent += piece.length;
        peer.write(piece);
        setImmediate(step);
      };
      step();
    });
    let client;
    server.listen(0, '127.0.0.1', () => {
      client = net.connect(server.address().port, '127.0.0.1');
      client.setEncoding(encoding);
      client.on('data', (text) => { texts[texts.length - 1] += text; });
      client.on('error', reject);
      client.on('close', () => server.close(() => resolve(texts)));
    });
  });
}

async function main() {
  const asked = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
  const rows = [];
  for (const [encoding, pieces] of asked) rows.push([encoding, pieces, await deliver(encoding, pieces)]);
  process.stdout.write(JSON.stringify({ node: process.version, rows }));
}

main();
