// A client that asks in a process of its own, at a rate or as fast as it is answered: url, key, body, per second (0: as fast as possible), connections.
const http = require('node:http');

const [url, key, body, perSecond, connections] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: Number(connections) });
const counts = {};

function ask() {
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${key}`,
      'content-length': Buffer.byteLength(body),
    };
    const request = http.request(new URL('/graphql', url), { method: 'POST', agent, headers }, (response) => {
      counts[response.statusCode] = (counts[response.statusCode] ?? 0) + 1;
      response.resume().on('end', resolve).on('error', resolve);
    });
    request.on('error', resolve);
    request.end(body);
  });
}

async function flood() {
  for (;;) await ask();
}

if (perSecond === '0') for (let i = 0; i < Number(connections); i++) void flood();
else setInterval(() => void ask(), 1_000 / Number(perSecond));
process.on('message', () => process.send({ counts }));
process.send({ ready: true });
