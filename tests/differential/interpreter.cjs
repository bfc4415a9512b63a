// Runs scenarios on real Node: node interpreter.cjs FILE FOLDER. interpreter.py does the same on pynet, step by step.
//
// FILE has one scenario for each line, as JSON (generate.py says what is in it). They run one after the other; each has
// a server of its own, and ends when all that it made is closed. For each, a line of JSON with its traces is printed.
// DIFFERENTIAL_LATE accepts connections later in the turn, and makes each turn last a random while: what depends on time,
// or on which of two objects comes first, then shows as a difference between two runs of Node.
'use strict';

const { errorMonitor } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const stream = require('node:stream');
const zlib = require('node:zlib');
const { isData, name, sameCount, show } = require('../conformance/harness.cjs');
const { chars } = require('../conformance/reading.cjs');

const LATE = process.env.DIFFERENTIAL_LATE === '1';
const SPIN_MICROSECONDS = 150;
const TURNS = LATE ? 17 : 12;
const SLOW_MS = 60;
const MOST_LINES = 400;
const SOCKET_EVENTS = [
  'lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'ready', 'end', 'prefinish', 'finish', 'drain',
  'timeout', 'error', 'close', 'pause', 'resume', 'pipe', 'unpipe',
];
const SERVER_EVENTS = ['listening', 'connection', 'drop', 'error', 'close'];
const SOCKET_STATE = [
  'readyState', 'connecting', 'pending', 'destroyed', 'closed', 'errored', 'readable', 'readableEnded',
  'readableFlowing', 'readableLength', 'readableDidRead', 'readableAborted', 'readableEncoding', 'writable',
  'writableEnded', 'writableFinished', 'writableCorked', 'writableNeedDrain', 'writableLength',
  'bytesRead', 'bytesWritten', 'timeout',
];

const ERROR_ONLY = new Set(['write', 'end', 'finished', 'pipeline', 'closeServer']);  // what their callbacks get in pynet
const SHOWS_STATE = new Set(['state', 'listening']);

let current = null;

function spin() {
  if (!LATE)
    return;
  const until = process.hrtime.bigint() + BigInt(Math.floor(Math.random() * SPIN_MICROSECONDS * 1000));
  while (process.hrtime.bigint() < until);
}

function settle(f, turns = TURNS) {
  spin();
  setImmediate(() => (turns === 0 ? f() : settle(f, turns - 1)));
}

// Another client of the same server may well be accepted after it has got its `connect`; here it always is.
function acceptLater(handle) {
  const accept = handle.onconnection;
  let closed = false;
  const close = handle.close;
  handle.close = (...args) => {
    closed = true;
    return close.apply(handle, args);
  };
  handle.onconnection = (status, client) => setImmediate(() => {
    if (closed && client !== undefined)
      client.close();
    else
      accept.call(handle, status, client);
  });
}

// The bytes or the text that a step writes: {"s": text}, {"x": hex}, or {"n": how many} of a pattern.
function payload(data) {
  if (data.s !== undefined)
    return data.s;
  if (data.x !== undefined)
    return Buffer.from(data.x, 'hex');
  const bytes = Buffer.alloc(data.n);
  for (let i = 0; i < data.n; i++)
    bytes[i] = 97 + (i + (i >> 8)) % 26;
  return bytes;
}

function shown(value) {
  if (typeof value !== 'string')
    return show(value);
  return value.length <= 60 ? chars(value) : `'${value.length} characters, crc ${zlib.crc32(value).toString(16)}'`;
}

const verbs = {
  connect: (sock, step, run) => sock.connect({ ...run.target(step.args[0]) }, ...run.callback(step)),
  write: (sock, step, run) => sock.write(payload(step.args[0]), ...step.args.slice(1), ...run.callback(step)),
  end: (sock, step, run) => sock.end(...step.args.slice(0, 1).map(payload), ...step.args.slice(1), ...run.callback(step)),
  destroy: (sock, step) => sock.destroy(...step.args.map((text) => new Error(text))),
  destroySoon: (sock) => sock.destroySoon(),
  resetAndDestroy: (sock) => sock.resetAndDestroy(),
  pause: (sock) => sock.pause(),
  resume: (sock) => sock.resume(),
  cork: (sock) => sock.cork(),
  uncork: (sock) => sock.uncork(),
  setTimeout: (sock, step, run) => sock.setTimeout(...step.args, ...run.callback(step)),
  setEncoding: (sock, step) => sock.setEncoding(...step.args),
  setDefaultEncoding: (sock, step) => sock.setDefaultEncoding(...step.args),
  setNoDelay: (sock, step) => sock.setNoDelay(...step.args),
  setKeepAlive: (sock, step) => sock.setKeepAlive(...step.args),
  unshift: (sock, step) => sock.unshift(payload(step.args[0]), ...step.args.slice(1)),
  read: (sock, step) => sock.read(...step.args),
  pipe: (sock, step, run) => sock.pipe(run.objects.get(step.args[0]), ...step.args.slice(1)),
  unpipe: (sock, step, run) => sock.unpipe(...step.args.map((who) => run.objects.get(who))),
  on: (emitter, step, run) => emitter.on(step.args[0], run.added(step)),
  once: (emitter, step, run) => emitter.once(step.args[0], run.added(step)),
  prependListener: (emitter, step, run) => emitter.prependListener(step.args[0], run.added(step)),
  off: (emitter, step, run) => emitter.off(step.args[0], run.added(run.step(step.args[1]))),
  removeAllListeners: (emitter, step) => emitter.removeAllListeners(step.args[0]),
  listenerCount: (emitter, step) => emitter.listenerCount(step.args[0]),
  pipeline: (sock, step, run) => void stream.pipeline(...step.args.map((who) => run.objects.get(who)), ...run.callback(step)),
  abort: (sock, step, run) => run.controllers.get(step.on).abort(),
  finished: (sock, step, run) => void stream.finished(sock, ...step.args, ...run.callback(step)),
  state: (sock) => SOCKET_STATE.map((key) => `${key}=${shown(sock[key])}`).join(' ') + ` isPaused=${sock.isPaused()}`,
  isPaused: (sock) => sock.isPaused(),
  raise: (sock, step) => { throw new Error(`raised in ${step.id}`); },
  getConnections: (server, step, run) => server.getConnections(...run.callback(step)),
  closeServer: (server, step, run) => server.close(...run.callback(step)),
  listen: (server, step, run) => run.listen(...run.callback(step)),
  maxConnections: (server, step) => { server.maxConnections = step.args[0]; },
  listening: (server) => `${server.listening} ${server.address() !== null}`,
};

// Chunks of `data` that follow one another are one: where the kernel cuts them is not a matter of behaviour.
class Chunks {
  constructor(chunk) {
    this.all = chunk;
  }

  takes(chunk) {
    return typeof this.all === typeof chunk;
  }

  add(chunk) {
    this.all = typeof chunk === 'string' ? this.all + chunk : Buffer.concat([this.all, chunk]);
  }

  toString() {
    return `data ${shown(this.all)}`;
  }
}

class Run {
  constructor(scenario, done) {
    this.scenario = scenario;
    this.done = done;
    this.objects = new Map();
    this.traces = new Map();
    this.counts = new Map();
    this.listeners = new Map();
    this.controllers = new Map();
    this.failed = new Set();  // the sockets that emitted `error` since their last `close`
    this.closed = new Set();  // the sockets that emitted `close` since their last connect()
    this.port = null;
    this.accepted = 0;
    this.over = false;
  }

  trace(who, event, ...details) {
    if (this.over)
      return;
    if (!this.traces.has(who))
      this.traces.set(who, []);
    const lines = this.traces.get(who);
    const last = lines[lines.length - 1];
    const chunk = event === 'data' && details.length === 1 ? details[0] : null;
    if (lines.length > MOST_LINES)
      return;
    if (typeof chunk !== 'string' && !isData({ event, details }))
      lines.push([event, ...details.map(shown)].join(' '));
    else if (last instanceof Chunks && last.takes(chunk))
      last.add(chunk);
    else
      lines.push(new Chunks(chunk));
  }

  step(id) {
    return this.scenario.steps.find((step) => step.id === id) || { id, at: '', on: '', do: '', args: [] };
  }

  // `where` is when the answer comes, and the addresses: ["tick", "127.0.0.1"].
  lookup([when, ...addresses], options, callback) {
    const all = addresses.map((address) => ({ address, family: 4 }));
    const answer = () => (options.all ? callback(null, all) : callback(null, all[0].address, 4));
    if (when === 'now')
      answer();
    else
      (when === 'tick' ? process.nextTick : setImmediate)(answer);
  }

  // Whether an argument of pipe() is there: an object, or options.
  known(who) {
    return typeof who !== 'string' || this.objects.has(who);
  }

  target(where) {
    if (this.scenario.kind === 'unix')
      return { path: where === 'nowhere' ? 'nobody.sock' : this.path() };
    const port = where === 'nowhere' || this.port === null ? 1 : this.port;
    if (!Array.isArray(where))
      return { host: '127.0.0.1', port };
    return { host: 'a.name', port, lookup: (host, options, callback) => this.lookup(where, options, callback) };
  }

  path() {
    return `${this.scenario.index}.sock`;
  }

  listen(...callback) {
    const server = this.objects.get('srv');
    return this.scenario.kind === 'unix' ?
      server.listen(this.path(), ...callback) : server.listen(0, '127.0.0.1', ...callback);
  }

  // The callback of a step that has one, as a list: to be spread into arguments.
  callback(step) {
    if (!step.cb)
      return [];
    return [(...args) => {
      const given = ERROR_ONLY.has(step.do) ? [args[0]] : args;
      this.trace(step.on, `#${step.id} callback`, ...given);
      this.trigger(`cb.${step.id}`);
    }];
  }

  added(step) {
    if (!this.listeners.has(step.id)) {
      this.listeners.set(step.id, (...args) => {
        this.trace(step.on, `${step.args[0]} of #${step.id}`, ...sameCount(this.objects.get(step.on), step.args[0], args));
        this.trigger(`cb.${step.id}`);
      });
    }
    return this.listeners.get(step.id);
  }

  label(step, target) {
    const early = step.do === 'connect' && target.destroyed && !this.closed.has(step.on);
    if (step.do === 'connect')
      this.closed.delete(step.on);
    return `#${step.id} ${step.do}${early ? ' before close' : ''}`;
  }

  perform(step) {
    const target = this.objects.get(step.on);
    if (this.over || target === undefined || (/pipe/.test(step.do) && !step.args.every((who) => this.known(who))))
      return;
    const label = this.label(step, target);
    try {
      const result = verbs[step.do](target, step, this);
      if (result === target)
        this.trace(step.on, `${label} itself`);
      else if (SHOWS_STATE.has(step.do))
        this.trace(step.on, `${label} ${result}`);
      else
        this.trace(step.on, label, result);
    } catch (err) {
      if (step.do === 'raise')
        throw err;
      this.trace(step.on, label, 'raised', err);
    }
  }

  trigger(at) {
    if (this.over)
      return;
    const count = (this.counts.get(at) || 0) + 1;
    this.counts.set(at, count);
    for (const step of this.scenario.steps) {
      if (step.at !== at || (step.nth || 1) !== count)
        continue;
      if (step.via === 'tick')
        process.nextTick(() => this.perform(step));
      else if (step.via === 'immediate')
        setImmediate(() => this.perform(step));
      else if (step.via === 'timer')
        setTimeout(() => this.perform(step), 1);
      else
        this.perform(step);
    }
  }

  // The arguments of an event; `close` always has one in pynet.
  same(who, emitter, event, args) {
    const failed = this.failed.has(who);
    if (event === 'close') {
      this.failed.delete(who);
      this.closed.add(who);
    }
    return event === 'close' && args.length === 0 && failed ? [true] : sameCount(emitter, event, args);
  }

  watch(who, emitter, events) {
    name(emitter, who);
    this.objects.set(who, emitter);
    emitter.on(errorMonitor, () => this.failed.add(who));
    for (const event of events) {
      emitter.on(event, (...args) => {
        this.trace(who, event, ...this.same(who, emitter, event, args));
        this.trigger(`${who}.${event}`);
      });
    }
  }

  heard(who) {
    const reads = this.scenario.reads[who[0]];
    const events = reads === 'data' || reads === 'readable' ? [...SOCKET_EVENTS, reads] : SOCKET_EVENTS;
    return this.scenario.deaf ? events.filter((event) => event !== 'error') : events;
  }

  client(who) {
    const options = { ...this.scenario[who] };
    if (options.onread) {
      const { size, stops } = options.onread;
      let calls = 0;
      options.onread = {
        buffer: Buffer.alloc(size),
        callback: (count, buffer) => {
          this.trace(who, 'data', Buffer.from(buffer.subarray(0, count)));
          this.trigger(`${who}.data`);
          return !stops.includes(++calls);
        },
      };
    }
    if (options.signal) {
      this.controllers.set(who, new AbortController());
      options.signal = this.controllers.get(who).signal;
    }
    this.watch(who, new net.Socket(options), this.heard(who));
  }

  start() {
    const server = net.createServer(this.scenario.server);
    server.on('connection', (sock) => {
      const who = `S${++this.accepted}`;
      this.watch(who, sock, this.heard(who));
      this.trigger(`${who}.connection`);
    });
    this.watch('srv', server, SERVER_EVENTS);
    server.on('listening', () => {
      if (LATE)
        acceptLater(server._handle);
      const at = server.address();
      if (at !== null && typeof at !== 'string')
        this.port = at.port;
    });
    this.listen(() => settle(() => {
      this.client('C');
      if (this.scenario.D)
        this.client('D');
      this.rest(() => this.phase(1));
      this.trigger('start');
    }, 2));
  }

  rest(f) {
    if (this.scenario.slow)
      setTimeout(() => settle(f), SLOW_MS);
    else
      settle(f);
  }

  phase(number) {
    if (number > this.scenario.phases)
      return this.finish();
    this.rest(() => this.phase(number + 1));  // first: a step may raise
    return this.trigger(`settled.${number}`);
  }

  finish() {
    for (const [who, object] of this.objects) {
      if (object instanceof net.Socket)
        this.trace(who, `last ${verbs.state(object)}`);
      else
        this.trace(who, `last ${verbs.listening(object)}`);
    }
    this.over = true;
    const server = this.objects.get('srv');
    server.on('error', () => {});
    for (const object of this.objects.values()) {
      if (object instanceof net.Socket) {
        object.on('error', () => {});
        object.destroy();
      }
    }
    if (server.listening)
      server.close();
    settle(() => this.done(this.result()), 6);
  }

  result() {
    const traces = {};
    for (const who of [...this.traces.keys()].sort())
      traces[who] = this.traces.get(who).map(String);
    return traces;
  }
}

function main() {
  const [file, folder] = process.argv.slice(2);
  const scenarios = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  process.chdir(folder);
  process.on('uncaughtException', (err) => current.trace('main', 'uncaught', err));
  const next = () => {
    if (scenarios.length === 0)
      return process.exit(0);
    current = new Run(scenarios.shift(), (traces) => {
      fs.writeSync(1, `${JSON.stringify(traces)}\n`);
      setImmediate(next);
    });
    return current.start();
  };
  next();
}

main();
