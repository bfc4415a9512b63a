'use strict';
// What Node's peers share.

// Listens at the unix path, or on a free port, and says where on the first line of stdout.
exports.listen = (server, path) => {
  const where = path ? { path } : { port: 0, host: '127.0.0.1' };
  server.listen({ ...where, backlog: 511 }, () => console.log(path || server.address().port));
  if (process.env.BENCH_CONTROL) {
    // As support.py does: each line on stdin is answered after a collection.
    process.stdin.on('data', () => {
      global.gc();
      console.log('{}');
    });
  }
};

// Where to connect to, by an argument, a port or a unix path: the options for it.
exports.target = (where) => (/^\d+$/.test(where) ? { port: +where, host: '127.0.0.1' } : { path: where });
