// As pynet_connect.py, by Node's net.connect().
'use strict';
const net = require('node:net');
const readline = require('node:readline');

const given = JSON.parse(process.argv[2]);
const found = given.addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

readline.createInterface({ input: process.stdin }).on('line', () => {
  const began = process.hrtime.bigint();
  const ended = (outcome) => {
    const ms = Number(process.hrtime.bigint() - began) / 1e6;
    console.log(JSON.stringify([ms, outcome]));
    sock.destroy();
  };
  const sock = net.connect({
    port: given.port,
    host: 'name',
    lookup: (host, options, done) => done(null, found),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: given.timeout,
  });
  sock.on('connect', () => ended(sock.remoteAddress));
  sock.on('error', (err) => ended(err.code));
});
