// GET /exports/changes.csv?after=<cursor>&limit=<rows>, with the API key.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Authenticate } from '../../access/authenticate';
import { demand } from '../../access/guard';
import { reachOf } from '../../access/policy';
import type { Cursors } from '../../journal/cursor';
import { cursorRefused } from '../../journal/cursor-refused';
import type { AddressOf } from '../../platform/http/address';
import { statusOf } from '../../platform/http/errors';
import { badInput, problem } from '../../platform/graphql/errors';
import { changesCsv, rowLimits, type ExportSource } from './csv';

/** What the route works with. */
export interface ExportOptions extends ExportSource {
  readonly authenticate: Authenticate;
  readonly addressOf: AddressOf;
  readonly cursors: Cursors;
}

/** Adds the route. */
export function serveExports(app: FastifyInstance, options: ExportOptions): void {
  app.get('/exports/changes.csv', async (request, reply) => {
    try {
      const { actor } = await options.authenticate({ headers: request.headers, address: options.addressOf(request.raw) });
      demand(actor, 'graph:read');
      if (reachOf(actor) !== 'EVERYBODY')
        throw problem('FORBIDDEN', 'The export speaks of everybody: only whoever sees everybody can have it.');
      const { after, limit } = request.query as { after?: unknown; limit?: unknown };
      const from = after === undefined ? await options.feed.gone() : await positionOf(after, options);
      // what is refused is refused before the file begins
      await options.feed.page(from, 1);
      const rows = Readable.from(changesCsv(options, from, limitOf(limit)));
      return await reply
        .type('text/csv; charset=utf-8; header=present')
        .header('content-disposition', 'attachment; filename="changes.csv"')
        .header('cache-control', 'no-store')
        .send(rows);
    } catch (error) {
      return refused(reply, error);
    }
  });
}

async function positionOf(after: unknown, options: ExportOptions): Promise<number> {
  const decoded = await options.cursors.decodeCursor(typeof after === 'string' ? after : '');
  if (typeof decoded !== 'string') return decoded.pos;
  throw await cursorRefused(decoded, options.cursors, options.feed.head());
}

function limitOf(limit: unknown): number {
  if (limit === undefined) return rowLimits.default;
  const rows = typeof limit === 'string' && /^\d{1,6}$/.test(limit) ? Number(limit) : 0;
  if (rows < 1 || rows > rowLimits.max) throw badInput(`limit is a number of rows from 1 to ${rowLimits.max}.`);
  return rows;
}

function refused(reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof GraphQLError)) throw error;
  const { message, extensions } = error;
  if (typeof extensions['retryAfter'] === 'number') reply.header('retry-after', extensions['retryAfter']);
  return reply
    .code(statusOf(extensions['code']))
    .type('application/json; charset=utf-8')
    .send({ errors: [{ message, extensions }] });
}
