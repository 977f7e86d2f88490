// Loaded into the measured server with `node -r`: counts SQL statements of requests and notes when their transactions were committed.
const path = require('node:path');
const pg = require(path.join(__dirname, '..', '..', 'node_modules', 'pg'));

let statements = 0;
let commits = [];
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (...args) {
  const answer = query.apply(this, args);
  // the sequencer and the tail have sessions of their own, whose work no request asks for
  if (this.connectionParameters.application_name !== 'credential-graph') return answer;
  const text = typeof args[0] === 'string' ? args[0] : (args[0]?.text ?? '');
  statements += 1;
  if (text.startsWith('/* appendEntries */')) this.appended = Number(args[1][0]);
  if (text === 'COMMIT' && this.appended !== undefined && typeof answer?.then === 'function') {
    const change = this.appended;
    this.appended = undefined;
    const noted = () => commits.push([change, performance.timeOrigin + performance.now()]);
    answer.then(noted, () => undefined);
  }
  return answer;
};

process.on('message', () => {
  process.send({ statements, commits, cpu: process.cpuUsage(), rss: process.memoryUsage.rss() });
  commits = [];
});
// the channel must not keep the server from ending
process.channel?.unref();
