// GET /exports/changes.csv?after=<cursor>&limit=<rows>, with the API key.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Authenticate } from '../../access/keys';
import type { Cursors } from '../../journal/cursor';
import { headPosition } from '../../journal/known';
import { badInput, problem } from '../../platform/graphql/errors';
import type { Db } from '../../platform/postgres/pool';
import { changesCsv, rowLimits, type ExportSource } from './csv';

/** What the route works with. */
export interface ExportOptions extends ExportSource {
  readonly authenticate: Authenticate;
  readonly cursors: Cursors;
  readonly db: Db;
}

/** Adds the route. */
export function serveExports(app: FastifyInstance, options: ExportOptions): void {
  app.get('/exports/changes.csv', async (request, reply) => {
    try {
      options.authenticate({ headers: request.headers });
      const { after, limit } = request.query as { after?: unknown; limit?: unknown };
      const from = after === undefined ? 0 : await positionOf(after, options);
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

async function positionOf(after: unknown, { cursors, db }: ExportOptions): Promise<number> {
  const decoded = cursors.decodeCursor(typeof after === 'string' ? after : '', await headPosition(db));
  if (typeof decoded !== 'string') return decoded.pos;
  throw problem(decoded, 'after is no cursor of this change log as it is now: use the one from the trailer of the last file.');
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
  const status = extensions['code'] === 'UNAUTHENTICATED' ? 401 : 400;
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send({ errors: [{ message, extensions }] });
}
