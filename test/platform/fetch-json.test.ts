// What a server that means harm, or is slow, costs whoever asks it.
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetchJson } from '../../src/platform/http/fetch-json';

describe('JSON from somebody else', () => {
  let server: http.Server;
  let respond: http.RequestListener;
  let url: string;
  beforeAll(async () => {
    server = http.createServer((request, response) => respond(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is read with its status, of a form that was posted', async () => {
    respond = (request, response) => {
      request.setEncoding('utf8').once('data', (body: string) => {
        response
          .writeHead(400, { date: 'Mon, 01 Jun 2026 12:00:00 GMT' })
          .end(JSON.stringify({ body, type: request.headers['content-type'] }));
      });
    };
    const answer = await fetchJson({ url, form: new URLSearchParams({ a: 'b c' }), withinMs: 5_000, maxBytes: 1_000 });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('date')).toBe('Mon, 01 Jun 2026 12:00:00 GMT');
    expect(answer.body).toEqual({ body: 'a=b+c', type: 'application/x-www-form-urlencoded;charset=UTF-8' });
  });

  it('is given up when it has no end, without being read', async () => {
    let sent = 0;
    const cut = new Promise<void>((resolve) => {
      respond = (_request, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(' '.repeat(65_536))) sent += 65_536;
        };
        response.on('drain', more).on('close', resolve);
        more();
      };
    });
    await expect(fetchJson({ url, withinMs: 20_000, maxBytes: 100_000 })).rejects.toThrow('answers with more than 100000 bytes');
    await cut;
    expect(sent).toBeLessThan(50_000_000);
  });

  it('is given up when it comes too slowly, or whoever asks has no more use for it', async () => {
    respond = (_request, response) => {
      const drip = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(drip));
    };
    await expect(fetchJson({ url, withinMs: 300, maxBytes: 1_000 })).rejects.toThrow('does not answer within 0.3 s');
    const stopping = new AbortController();
    const asking = fetchJson({ url, withinMs: 60_000, maxBytes: 1_000, signal: stopping.signal });
    setTimeout(() => stopping.abort(), 100);
    await expect(asking).rejects.toThrow('cannot be reached');
  });

  it('is none when nobody is there', async () => {
    await expect(fetchJson({ url: 'http://127.0.0.1:1/', withinMs: 5_000, maxBytes: 1_000 })).rejects.toThrow(
      'cannot be reached (',
    );
  });
});
