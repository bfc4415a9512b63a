'use strict';
// Echo server: Node, a `data` listener that writes back.
const net = require('node:net');

const path = process.argv[2];
const server = net.createServer({ noDelay: true }, (sock) => {
  sock.on('data', (data) => sock.write(data));
});
const options = path ? { path, backlog: 511 } : { port: 0, host: '127.0.0.1', backlog: 511 };
server.listen(options, () => console.log(path || server.address().port));

if (process.env.BENCH_CONTROL) {
  process.stdin.on('data', () => {
    global.gc();
    console.log('{}');
  });
}
