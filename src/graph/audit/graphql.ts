import { setTimeout as sleep } from 'node:timers/promises';
import { Arg, Args, Ctx, ID, Query, Resolver, Root, Subscription } from 'type-graphql';
import { isCount } from '../../core/merkle';
import { checkpointFor, checkpointsAfter, verifiersOf, type CheckpointRow } from '../../journal/audit/checkpoints';
import { consistencyProof, inclusionProof } from '../../journal/audit/proofs';
import { headPosition, lastGone } from '../../journal/known';
import { badInput } from '../../platform/graphql/errors';
import { parseNodeId } from '../../platform/graphql/node-id';
import { connection, parsePage, type Connection } from '../../platform/graphql/paging';
import { FloatScalar } from '../../platform/graphql/scalars';
import { PagedArgs } from '../../platform/graphql/types';
import type { GraphContext } from '../context';
import { toEntries } from './entries';
import { AuditCheckpoint, type AuditEntry, AuditEntryConnection, ConsistencyProof, InclusionProof } from './gql-types';
import { leafAt, ownerOf, trailCount, trailKeys, trailPage, type About } from './store';

/** How often a witness's subscription looks for new heads. */
const LOOK_EVERY_MS = 250;
const PAGE = 100;

const toCheckpoint = ({ size, root, note, recordedAt }: CheckpointRow): AuditCheckpoint => ({
  size,
  root: root.toString('base64'),
  note,
  signedAt: recordedAt,
});

async function* heads(context: GraphContext, after: number | null, signal: AbortSignal): AsyncGenerator<AuditCheckpoint> {
  let size = after ?? (await headPosition(await context.db()));
  while (!signal.aborted) {
    // a head that covers all there is has no other behind it: a thousand witnesses of a quiet log ask nothing
    const isMore = context.graph.feed.head() > size;
    const found = isMore ? await checkpointsAfter(await context.db(), size, PAGE) : [];
    await context.release();
    for (const row of found) {
      size = row.size;
      yield toCheckpoint(row);
    }
    if (found.length === 0) await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

@Resolver()
export class AuditResolver {
  @Query(() => AuditEntryConnection, {
    description:
      'Everything the log says about something, oldest first, as far as it is kept (see `auditKeptFrom`): of a credential, completion, approval or incident what names it.',
  })
  async auditTrail(
    @Arg('node', () => ID, { description: 'The id of a person, a credential, a role, or anything else with an id.' })
    node: string,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<AuditEntry>> {
    const parsed = parseNodeId(node);
    if (!parsed) throw badInput('This is no id of anything here: take it from an `id` field.');
    const page = parsePage(args, 'auditTrail', 1);
    const db = await context.db();
    const owner = parsed.kind === 'emp' ? parsed.uuid : await ownerOf(db, parsed.kind, parsed.uuid);
    const about: About = owner === null ? { entity: parsed.uuid } : { subject: owner };
    const isPart = owner !== null && parsed.kind !== 'emp';
    if (!isPart) {
      const found = await toEntries(context, await trailPage(db, about, page));
      return connection(found, page, trailKeys, () => trailCount(db, about));
    }
    return partOf(context, about, parsed.uuid, page);
  }

  @Query(() => FloatScalar, {
    description:
      'The first position whose entry is kept (`LOG_RETENTION`); of those before it the leaves are, so that they can be proved by whoever has them.',
  })
  async auditKeptFrom(@Ctx() context: GraphContext): Promise<number> {
    return (await lastGone(await context.db())) + 1;
  }

  @Query(() => AuditCheckpoint, {
    nullable: true,
    description: 'The signed head of the log: the last one, or the first that has a position in it; null when there is none yet.',
  })
  async auditCheckpoint(
    @Arg('position', () => FloatScalar, {
      nullable: true,
      description: 'A position the head must include; default the last head.',
    })
    position: number | null,
    @Ctx() context: GraphContext,
  ): Promise<AuditCheckpoint | null> {
    if (position != null && !isCount(position)) throw badInput(NO_POSITION);
    const row = await checkpointFor(await context.db(), position ?? null);
    return row && toCheckpoint(row);
  }

  @Query(() => [String], {
    description:
      'The public keys that have signed heads, oldest first, as `name+hint+key` of signed notes. Compare them with what you keep: a list from here proves nothing by itself.',
  })
  async auditKeys(@Ctx() context: GraphContext): Promise<string[]> {
    return verifiersOf(await context.db());
  }

  @Query(() => InclusionProof, {
    nullable: true,
    description: 'Proves that an entry is in the log; null when no signed head includes it (yet: one is signed every second).',
  })
  async inclusionProof(
    @Arg('position', () => FloatScalar, { description: 'The entry.' }) position: number,
    @Arg('size', () => FloatScalar, {
      nullable: true,
      description: 'The size of the signed head to prove it under; default the last one.',
    })
    size: number | null,
    @Ctx() context: GraphContext,
  ): Promise<InclusionProof | null> {
    const db = await context.db();
    const leaf = isCount(position) ? await leafAt(db, position) : null;
    if (leaf === null) throw badInput(NO_POSITION);
    if (size != null && !isCount(size)) throw badInput('No head of this size was signed: take the size of a checkpoint.');
    const head = await checkpointFor(db, size ?? null);
    if (head === null || head.size < position) return null;
    if (size != null && head.size !== size) throw badInput('No head of this size was signed: take the size of a checkpoint.');
    const hashes = await inclusionProof(db, position, head.size);
    return { position, leaf: leaf.toString('base64'), hashes: hashes.map(base64), checkpoint: toCheckpoint(head) };
  }

  @Query(() => ConsistencyProof, {
    description: 'Proves that the log of one size is the beginning of that of another: nothing was changed in between.',
  })
  async consistencyProof(
    @Arg('from', () => FloatScalar, { description: 'The smaller size, such as that of a head you keep.' }) from: number,
    @Arg('to', () => FloatScalar, { description: 'The larger size.' }) to: number,
    @Ctx() context: GraphContext,
  ): Promise<ConsistencyProof> {
    const db = await context.db();
    if (!isCount(from) || !isCount(to) || from > to || to > (await headPosition(db))) {
      throw badInput('Ask for two sizes of the log, the smaller one first, neither larger than it is.');
    }
    return { from, to, hashes: (await consistencyProof(db, from, to)).map(base64) };
  }

  @Subscription(() => AuditCheckpoint, {
    description: 'Every head of the log as it is signed, for witnesses; from the size of the last one you keep, or from now.',
    subscribe: ({ args, context }: { args: { after?: number | null }; context: GraphContext }) => {
      if (args.after != null && !isCount(args.after)) throw badInput('`after` is the size of a head: a whole number.');
      const stop = new AbortController();
      const found = heads(context, args.after ?? null, stop.signal);
      const end = () => {
        stop.abort();
        return Promise.resolve({ value: undefined, done: true as const });
      };
      return { [Symbol.asyncIterator]: () => ({ next: () => found.next(), return: end }) };
    },
  })
  auditCheckpoints(
    @Root() checkpoint: AuditCheckpoint,
    @Arg('after', () => FloatScalar, { nullable: true, description: 'Only heads of more entries than this.' })
    _after: number | null,
  ): AuditCheckpoint {
    return checkpoint;
  }
}

// what names one thing among a person's entries is found by looking into each, a portion at a time: bodies are sealed
async function partOf(
  context: GraphContext,
  about: About,
  uuid: string,
  page: ReturnType<typeof parsePage>,
): Promise<Connection<AuditEntry>> {
  const db = await context.db();
  const entries: Awaited<ReturnType<typeof toEntries>> = [];
  for (let after: string[] | null = null; ;) {
    const portion = await trailPage(db, about, { ...page, after, before: null, forward: true, limit: PORTION });
    const names = ({ body }: AuditEntry): boolean => JSON.stringify(body ?? null).includes(uuid);
    entries.push(...(await toEntries(context, portion)).filter(names));
    if (portion.length <= PORTION) break;
    after = trailKeys(portion.at(-1)!);
  }
  const first = page.after ? Number(page.after[0]) : 0;
  const last = page.before ? Number(page.before[0]) : Infinity;
  const within = entries.filter(({ pos }) => pos > first && pos < last);
  const found = page.forward ? within.slice(0, page.limit + 1) : within.slice(-page.limit - 1).reverse();
  return connection(found, page, trailKeys, () => Promise.resolve(entries.length));
}

/** A person's entries that are opened at a time. */
const PORTION = 1_000;
const NO_POSITION = 'There is no entry at this position: positions are whole numbers from 1 to the head of the log.';

function base64(hash: Buffer): string {
  return hash.toString('base64');
}
