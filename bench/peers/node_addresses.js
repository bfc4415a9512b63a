// The same work as suites/addresses.py does, in Node. Prints nanoseconds.
'use strict';

const net = require('node:net');

const work = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));

function best(call, inputs, rounds = 15, calls = 10) {
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint();
    for (let n = 0; n < calls; n++) for (const input of inputs) call(input);
    least = Math.min(least, Number(process.hrtime.bigint() - start) / calls / inputs.length);
  }
  return least;
}

function build(rules) {
  const list = new net.BlockList();
  for (const rule of rules) {
    const [network, prefix] = rule.split('/');
    list.addSubnet(network, Number(prefix));
  }
  return list;
}

const check = {};
let built;
for (const [size, { rules, queries }] of Object.entries(work.lists)) {
  const start = process.hrtime.bigint();
  const list = build(rules);
  built = Number(process.hrtime.bigint() - start);
  // A check of many rules is slow in Node: once is enough to see it.
  const [rounds, calls] = rules.length > 10000 ? [1, 1] : [5, 2];
  check[size] = best((text) => list.check(text), rules.length > 10000 ? queries.slice(0, 50) : queries, rounds, calls);
}
process.stdout.write(JSON.stringify({
  is_ip: best(net.isIP, [...work.v4, ...work.v6, ...work.bad]),
  parse: best(net.SocketAddress.parse, work.endpoints),
  build: built,
  check,
}));
