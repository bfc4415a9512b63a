// The verbs that the Node side of a scenario is written with; harness.py has the same ones for pynet.
//
// A trace is kept per emitter, since the order between the events of two emitters in one process is the kernel's
// affair. `who` is the group that a line goes to; "main/S" puts a line named S into the group main, for an order that
// is certain.
'use strict';

const fs = require('node:fs');
const net = require('node:net');
const zlib = require('node:zlib');

const [kind, policy] = (process.argv[2] || 'tcp').split('-').reverse(); // "tcp"; of a cluster "rr-tcp"
const groups = new Map();
const names = new WeakMap();
// Where scenarios listen on Windows: at pipes that belong to this process, and to the workers of its cluster.
const PIPES = process.platform === 'win32' ? `\\\\.\\pipe\\pynet-${process.env.PYNET_PIPES ??= process.pid}-` : '';
const WATCHDOG_MS = policy === undefined ? 10000 : 40000;

function trace(who, event, ...details) {
  const [group, ...rest] = who.split('/');
  if (!groups.has(group))
    groups.set(group, []);
  const shown = details.map((detail) => (Buffer.isBuffer(detail) ? detail : show(detail)));
  groups.get(group).push({ prefix: rest.map((part) => `${part} `).join(''), event, details: shown });
}

function maskPorts(text) {
  return text.replace(/:\d+\b/g, ':<port>');
}

function showBytes(chunk) {
  const text = chunk.toString('latin1');
  if (chunk.length <= 60 && /^[\x20-\x7e]*$/.test(text))
    return `"${text}" (${chunk.length})`;
  if (chunk.length <= 60)
    return `x${chunk.toString('hex')} (${chunk.length})`;
  return `<${chunk.length} bytes, crc ${zlib.crc32(chunk).toString(16)}>`;
}

function showError(err) {
  if (Array.isArray(err.errors))
    return `${err.code} all of ${show(err.errors)}`;
  if (err.syscall === 'getaddrinfo')
    return `lookup-failure hostname=${err.hostname}`;
  if (err.code === undefined)
    return `error '${err.message}'`;
  if (err.syscall === undefined)
    return err.code;
  let text = `${err.code} syscall=${err.syscall} errno=${Math.abs(err.errno)}`;
  if (err.address !== undefined && err.address !== null)
    text += ` address=${err.address}`;
  if (err.port > 0)
    text += ' port=<port>';
  return `${text} '${maskPorts(err.message)}'`;
}

function showObject(value) {
  if ('address' in value && 'family' in value)
    return `${value.address}|${value.family}|<port>`;
  if ('localAddress' in value) {
    const side = (address, family) => `${address}|${family}|<port>`;
    const remote = side(value.remoteAddress, value.remoteFamily);
    return `local ${side(value.localAddress, value.localFamily)} remote ${remote}`;
  }
  const fields = Object.entries(value).map(([key, field]) => `${key}=${show(field)}`);
  return fields.length === 0 ? 'null' : `{${fields.join(', ')}}`;
}

function show(value) {
  if (value === null || value === undefined)
    return 'null';
  if (Buffer.isBuffer(value))
    return showBytes(value);
  if (value instanceof Error)
    return showError(value);
  if (Array.isArray(value))
    return `[${value.map(show).join(', ')}]`;
  if (typeof value === 'function')
    return '<function>';
  if (names.has(value))
    return `<${names.get(value)}>`;
  if (value instanceof net.Socket)
    return '<socket>';
  if (typeof value === 'object')
    return showObject(value);
  return String(value);
}

// The argument counts that pynet fixes where Node leaves an argument out.
function sameCount(emitter, event, args) {
  if (args.length === 0 && event === 'drop')
    return [null];
  if (args.length === 0 && event === 'close' && emitter instanceof net.Socket)
    return [emitter.errored !== null];
  if (event.startsWith('connectionAttempt') && typeof args[1] === 'number')
    return [args[0], '<port>', ...args.slice(2)];
  return args;
}

function name(emitter, who) {
  names.set(emitter, who.split('/').pop());
}

function record(emitter, who, events) {
  name(emitter, who);
  for (const event of events.split(' '))
    emitter.on(event, (...args) => trace(who, event, ...sameCount(emitter, event, args)));
}

// A callback that gets exactly one argument: the error, or null.
function answer(who, label) {
  return (err) => trace(who, label, err);
}

// A callback that traces whatever it gets.
function note(who, label) {
  return (...args) => trace(who, label, ...args);
}

// Calls f and traces what it raised, if it did.
function attempt(who, label, f) {
  try {
    f();
    trace(who, label, 'returned');
  } catch (err) {
    trace(who, label, 'raised', err);
  }
}

function state(sock) {
  const flags = ['connecting', 'pending', 'destroyed'].filter((flag) => sock[flag]);
  return [sock.readyState, ...flags].join(' ');
}

// A path in the folder of the scenario; on Windows the name of a pipe, which a trace shows as the path.
function place(path) {
  return path.startsWith(PIPES) ? path : PIPES + path;
}

// Listens where the kind says: a free port of 127.0.0.1, or the unix path `path`.
function listen(server, callback, path = 's.sock') {
  return kind === 'unix' ? server.listen(place(path), callback) : server.listen(0, '127.0.0.1', callback);
}

// Where `server` listens, as options for connect() and listen().
function where(server) {
  const at = server.address();
  return typeof at === 'string' ? { path: at } : { port: at.port, host: '127.0.0.1' };
}

function connect(server, options, callback) {
  return net.connect({ ...where(server), ...options }, callback);
}

// An address of this kind where nobody listens, given to `callback`.
function nowhere(callback) {
  if (kind === 'unix')
    return callback({ path: place('nobody.sock') });
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const target = where(server);
    server.close(() => callback(target));
  });
}

// A client C and its accepted socket S, both connected; the server takes no more and is closed.
function pair(serverOptions, clientOptions, callback) {
  const server = net.createServer(serverOptions);
  let client = null;
  let peer = null;
  const arrived = () => {
    if (peer === null || client === null || client.connecting)
      return;
    server.close();
    setImmediate(() => callback(client, peer, server));
  };
  server.on('connection', (sock) => {
    peer = sock;
    name(peer, 'S');
    arrived();
  });
  listen(server, () => {
    client = connect(server, clientOptions, arrived);
    name(client, 'C');
  });
}

// Calls f when what is under way on the loopback has surely arrived.
function settle(f, turns = 12) {
  setImmediate(() => (turns === 0 ? f() : settle(f, turns - 1)));
}

function isData({ event, details }) {
  return event === 'data' && details.length === 1 && Buffer.isBuffer(details[0]);
}

// Chunks that follow one another are one: where the kernel cuts them is not a matter of behaviour.
function merged(entries) {
  const out = [];
  for (const entry of entries) {
    const last = out[out.length - 1];
    if (last !== undefined && isData(entry) && isData(last) && last.prefix === entry.prefix)
      last.details = [Buffer.concat([last.details[0], entry.details[0]])];
    else
      out.push({ ...entry });
  }
  return out;
}

function dump() {
  let text = '';
  for (const group of [...groups.keys()].sort()) {
    text += `[${group}]\n`;
    for (const { prefix, event, details } of merged(groups.get(group)))
      text += `${[prefix + event, ...details.map(show)].join(' ')}\n`;
  }
  fs.writeSync(1, PIPES ? text.replaceAll(PIPES, '') : text);
}

function run(main) {
  process.on('uncaughtException', (err) => trace('main', 'uncaught', err));
  untilEnd(main);
}

// Runs main(); what is traced is shown when the process ends.
function untilEnd(main) {
  process.on('exit', dump);
  setTimeout(() => {
    trace('main', 'WATCHDOG: still running');
    process.exit(3);
  }, WATCHDOG_MS).unref();
  main();
}

module.exports = {
  kind, policy, trace, record, name, answer, note, attempt, state, listen, where, connect, nowhere, pair, place, settle,
  run, untilEnd, net, show, sameCount, isData,
};
