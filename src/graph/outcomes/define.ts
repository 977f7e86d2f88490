// defineOutcomes
import { uuidv7 } from 'uuidv7';
import { canonicalJson } from '../../core/canonical-json';
import { canOpen } from '../../core/outcomes';
import { isRefusal, refusal, type Refusal } from '../../core/refusal';
import { LONGEST_ADDRESS, LONGEST_NAME, refuseLongText } from '../../core/text-limits';
import type { Verdict } from '../../core/verdict';
import type { ItemResult } from '../../journal/ingest';
import type { Write } from '../../journal/write';
import { nodeId } from '../../platform/graphql/node-id';
import { changeCatalogue } from '../catalogue';
import { definitionResults, recordDefinition } from '../definitions';
import { resolvePeople, type Resolved } from '../people/resolve';
import { roleCodes } from '../rules/definitions';
import { outcomeRulesKnown, recordOutcomeRules, type OutcomeRuleRow } from './definitions';

/** An item of defineOutcomes. */
export interface OutcomeRuleItem {
  readonly code: string;
  readonly title: string;
  readonly kind: string;
  readonly roleCode?: readonly string[] | null;
  readonly when: readonly Verdict[];
  readonly from?: readonly Verdict[] | null;
  readonly owner?: { readonly manager?: boolean | null; readonly employeeExternalId?: string | null } | null;
  readonly fallbackOwner?: string | null;
  readonly dueIn?: string | null;
  readonly active?: boolean | null;
}

/** Defines outcomes inside a change; the same definition again changes nothing. Only what happens after it opens anything. */
export async function applyOutcomes(write: Write, raw: readonly unknown[], source: string): Promise<ItemResult[]> {
  const version = await changeCatalogue(write);
  const items = raw as readonly OutcomeRuleItem[];
  const owners = items.flatMap(({ owner, fallbackOwner }) => [owner?.employeeExternalId ?? [], fallbackOwner ?? []].flat());
  const people = await resolvePeople(write.db, source, owners);
  const roles = await roleCodes(write.db);
  const known = new Map(
    (await outcomeRulesKnown(write.db, { at: write.now, known: null, sight: null })).map((rule) => [rule.code, rule]),
  );
  const changed = new Map<string, OutcomeRuleRow>();
  const results = definitionResults(items, (item) => {
    const unknown = item.roleCode?.find((code) => !roles.has(code));
    if (unknown !== undefined)
      return refusal('UNKNOWN_ROLE', `There is no role "${unknown}": define it first with defineRoles.`, ['roleCode']);
    const owner = ownerOf(item, people);
    const no = refuse(item) ?? (isRefusal(owner) ? owner : null);
    if (no) return no;
    const earlier = changed.get(item.code) ?? known.get(item.code);
    const rule: OutcomeRuleRow = {
      uuid: earlier?.uuid ?? uuidv7(),
      code: item.code,
      title: item.title,
      kind: item.kind,
      roleCode: item.roleCode ? distinct(item.roleCode) : null,
      when: distinct(item.when),
      from: item.from ? distinct(item.from) : null,
      ...(owner as Owner),
      dueIn: item.dueIn ?? null,
      active: item.active ?? true,
    };
    const isChanged = earlier === undefined || canonicalJson({ ...earlier }) !== canonicalJson({ ...rule });
    if (isChanged) changed.set(item.code, rule);
    return { id: nodeId('otr', rule.uuid), isChanged };
  });
  if (changed.size === 0) return results;
  recordOutcomeRules(write, [...changed.values()]);
  for (const rule of changed.values()) recordDefinition(write, 'outcome_rule.defined', rule.uuid, version, { ...rule });
  return results;
}

function refuse(item: OutcomeRuleItem): Refusal | null {
  if (item.code.trim() === '') return refusal('INVALID_CODE', 'code names the outcome: it is not empty.', ['code']);
  if (!canOpen({ roleCode: item.roleCode ?? null, when: item.when, from: item.from ?? null })) {
    const message =
      'Nothing would ever open it: name a role or leave roleCode out, name a verdict in `when`, and one in `from` that is not in `when`.';
    return refusal('OUTCOME_NEVER_OPENS', message, [
      item.roleCode?.length === 0 ? 'roleCode' : item.when.length > 0 ? 'from' : 'when',
    ]);
  }
  return refuseLongText(item, ['code'], LONGEST_NAME) ?? refuseLongText(item, ['title'], LONGEST_ADDRESS);
}

type Owner = Pick<OutcomeRuleRow, 'ownerUuid' | 'fallbackOwnerUuid'>;

// not everybody has a manager, and an outcome without an owner is one that nobody attends to
function ownerOf({ owner, fallbackOwner }: OutcomeRuleItem, people: Resolved): Owner | Refusal {
  const named = owner?.employeeExternalId;
  if (named == null && owner?.manager !== true)
    return refusal('OUTCOME_OWNER_REQUIRED', 'Say whose it is: the manager, or an employee by external id.', ['owner']);
  if (named == null && fallbackOwner == null)
    return refusal('OUTCOME_OWNER_REQUIRED', 'Not everybody has a manager: name who owns it then.', ['fallbackOwner']);
  const found = [
    named == null ? null : personOf(people, named, ['owner', 'employeeExternalId']),
    fallbackOwner == null ? null : personOf(people, fallbackOwner, ['fallbackOwner']),
  ] as const;
  const no = found.find(isRefusal);
  return no ?? { ownerUuid: found[0] as string | null, fallbackOwnerUuid: found[1] as string | null };
}

function personOf(people: Resolved, externalId: string, path: readonly string[]): string | Refusal {
  const person = people.get(externalId);
  if (isRefusal(person)) return { ...person, path };
  const message = `Nobody has the external id "${externalId}": send the person first with upsertEmployees.`;
  return person ?? refusal('UNKNOWN_EMPLOYEE', message, path);
}

// in one order, so that the same definition is the same however it is written
function distinct<T extends string>(values: readonly T[]): T[] {
  return [...new Set(values)].sort();
}
