// What happened to a credential, with its causes.
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { foldHolding } from '../../core/renewal';
import { nodeId } from '../../platform/graphql/node-id';
import { batchBy, type GraphContext } from '../context';
import { evidenceOf } from './facts';
import { Credential, CredentialEvent } from './gql-types';
import { loadCredential, loadType, records } from './graphql';
import { heldAtAwards, type IssueRecord } from './store';
import { equivalentsOf, typesKnown } from './types';

type EventNode = CredentialEvent & { readonly credential: Credential; readonly fact: IssueRecord | undefined };

/** For each award of a holding, the codes of the types that were held when it was given, and of those they count as. */
const heldBy = batchBy<null, ReadonlyMap<string, ReadonlySet<string>>>(
  async (context, ids, view) => {
    const db = await context.db();
    const [held, types] = await Promise.all([heldAtAwards(db, view, ids), typesKnown(db, context.graph.zone, view, {})]);
    const byCode = new Map(types.map((type) => [type.code, type]));
    const accepted = equivalentsOf(byCode);
    const counts = (codes: readonly string[]) =>
      new Set([...byCode.keys()].filter((code) => accepted(code).some((other) => codes.includes(other))));
    const byCredential = new Map<string, Map<string, ReadonlySet<string>>>();
    for (const { credential, fact, codes } of held) {
      const awards = byCredential.get(credential) ?? new Map<string, ReadonlySet<string>>();
      byCredential.set(credential, awards.set(fact, counts(codes)));
    }
    return byCredential;
  },
  () => new Map(),
);

@Resolver(() => Credential)
export class CredentialHistoryResolver {
  @FieldResolver(() => [CredentialEvent], {
    description: 'Everything that had happened to it by the instant asked about, in order of time.',
  })
  async history(@Root() credential: Credential, @Ctx() context: GraphContext): Promise<EventNode[]> {
    const type = (await loadType(context, credential.typeUuid, credential.view))!;
    const facts = await context.load(records, { id: credential.uuid, view: credential.view, args: null });
    const byId = new Map(facts.map((fact) => [fact.id, fact]));
    // what time brought before anybody told of the credential was learned with the first that was told
    const firstTold = Math.min(...facts.map((fact) => fact.loggedAt));
    return foldHolding(type.policy, evidenceOf(facts))
      .events.filter((event) => event.at <= credential.view.at && event.kind !== 'EXPIRING')
      .map((event) => {
        const fact = event.factId === null ? undefined : byId.get(event.factId);
        return {
          kind: event.kind,
          occurredAt: event.at,
          recordedAt: fact?.loggedAt ?? Math.max(event.at, firstTold),
          actor: fact?.actor ?? 'clock',
          source: fact?.source ?? null,
          reason: fact?.reason ?? null,
          ruleVersion: fact?.ruleVersion ?? null,
          evidenceUrl: fact?.evidenceUrl ?? null,
          issuedTo: fact?.issuedTo ?? null,
          issuer: fact?.issuer ?? null,
          completionIds: (fact?.completionIds ?? []).map((id) => nodeId('cmp', id)),
          credential,
          fact,
        };
      });
  }
}

@Resolver(() => CredentialEvent)
export class CredentialEventResolver {
  @FieldResolver(() => Credential, {
    nullable: true,
    description: 'The higher credential whose award renewed this one; null for everything else.',
  })
  causedBy(@Root() { fact, credential }: EventNode, @Ctx() context: GraphContext): Promise<Credential | null> | null {
    return fact?.causeUuid == null ? null : loadCredential(context, fact.causeUuid, credential.view);
  }

  @FieldResolver(() => [String], {
    description:
      'Codes of the prerequisites that were not held when it was awarded, as far as is known: what another body issues is issued all the same.',
  })
  async missing(@Root() { fact, credential }: EventNode, @Ctx() context: GraphContext): Promise<string[]> {
    if (fact?.kind !== 'AWARD') return [];
    const { prerequisites } = (await loadType(context, credential.typeUuid, credential.view))!;
    if (prerequisites.length === 0) return [];
    const held = await context.load(heldBy, { id: credential.uuid, view: credential.view, args: null });
    return prerequisites.filter((code) => !held.get(fact.id)?.has(code));
  }
}
