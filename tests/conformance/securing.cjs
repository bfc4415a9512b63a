// More verbs, for scenarios of TLS; securing.py has the same ones for pynet.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const tls = require('node:tls');
const { connect, listen, name, net, record, trace, where } = require('./harness.cjs');

const folder = path.join(__dirname, '..', 'support', 'certificates');
const cert = fs.readFileSync(path.join(folder, 'localhost.pem'));
const key = fs.readFileSync(path.join(folder, 'localhost-key.pem'));

const CLIENT = 'connect ready secureConnect data end finish error close';
const PEER = 'data end finish error close';

// Listens with the certificate of localhost, and calls serving(server); secured(socket) gets each connection, which is S.
function serve(options, secured, serving) {
  const server = tls.createServer({ cert, key, ...options });
  server.on('secureConnection', (sock) => {
    name(sock, 'S');
    trace('srv', 'secureConnection', sock);
    secured(sock);
  });
  server.on('tlsClientError', (err) => trace('srv', 'tlsClientError', err));
  listen(server, () => serving(server));
}

// A client that trusts the certificate.
function secure(server, options = {}) {
  return tls.connect({ ...where(server), ca: cert, servername: 'localhost', ...options });
}

// A client that trusts no certificate of ours.
function distrusting(server) {
  return tls.connect({ ...where(server), servername: 'localhost' });
}

module.exports = { CLIENT, PEER, connect, distrusting, net, record, secure, serve, trace };
