// Subscribers in a process of their own: argv is the URL, the key, how many, the document, and the cursor to begin behind; subscriber n follows P<n>.
// Tells { ready } once all follow; when asked, what each received and when, in wall-clock milliseconds.
const path = require('node:path');
const { WebSocket } = require(path.join(__dirname, '..', '..', 'node_modules', 'ws'));

const [, , url, key, count, query, after] = process.argv;
const received = [];
let ready = 0;

function follow(n) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const send = (message) => socket.send(JSON.stringify(message));
  socket.on('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } }));
  socket.on('message', (data) => {
    const at = performance.timeOrigin + performance.now();
    const message = JSON.parse(data);
    if (message.type === 'connection_ack') {
      send({ id: '1', type: 'subscribe', payload: { query, variables: { who: [`P${n}`], after } } });
      if (++ready === Number(count)) setTimeout(() => process.send({ ready }), 1_000);
    } else if (message.type === 'next') received.push([message.payload.data.changed.position, at]);
    else if (message.type === 'ping') send({ type: 'pong' });
    else throw new Error(String(data));
  });
  socket.on('close', (code) => {
    throw new Error(`socket ${n} closed with ${code}`);
  });
}

// not all at once: how they arrive is not what is measured
for (let n = 0; n < Number(count); n++) setTimeout(follow, n * 4, n);
process.on('message', () => process.send({ received: received.splice(0) }));
