// A client that costs little itself: kept connections, no library.
import http from 'node:http';

/** Speaks to one server. */
export class Client {
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  private readonly target: URL;

  constructor(
    readonly url: string,
    readonly key: string,
  ) {
    this.target = new URL('/graphql', url);
  }

  /** Sends an operation and answers the bytes. Throws unless the status is 200. */
  send(body: string | Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const request = http.request(
        this.target,
        {
          method: 'POST',
          agent: this.agent,
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${this.key}`,
            'content-length': Buffer.byteLength(body),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const answer = Buffer.concat(chunks);
            if (response.statusCode === 200) resolve(answer);
            else reject(new Error(`${response.statusCode}: ${answer.toString().slice(0, 500)}`));
          });
          response.on('error', reject);
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  /** Sends an operation and answers its data. Throws on errors. */
  async query<T = Record<string, unknown>>(query: string, variables?: object): Promise<T> {
    const answer = JSON.parse(String(await this.send(JSON.stringify({ query, variables })))) as { data: T; errors?: unknown };
    if (answer.errors) throw new Error(JSON.stringify(answer.errors).slice(0, 1_000));
    return answer.data;
  }

  close(): void {
    this.agent.destroy();
  }
}
