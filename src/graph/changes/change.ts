// Entries of the log as the schema shows them, and which of them a filter lets through.
import { UNDISCLOSED } from '../../core/disclosure';
import { ERASURE, type LogEntry } from '../../journal/entry';
import { Gone } from '../../platform/graphql/errors';
import { nodeId } from '../../platform/graphql/node-id';
import { parseInstant } from '../../platform/graphql/scalars';
import { loadApproval, loadDelegation } from '../approvals/graphql';
import type { GraphContext, View } from '../context';
import { reachOf } from '../../access/policy';
import type { Batch } from '../../platform/context';
import { endsOfChanges } from './store';
import { loadCredentialOfChange } from '../credentials/graphql';
import type { ChangeFilter } from '../../journal/graphql';
import { loadIncident } from '../incidents/graphql';
import { loadCompletion } from '../learning/graphql';
import { loadOutcome } from '../outcomes/graphql';
import { loadEmployee } from '../people/graphql';
import { loadRole, reasonsShown } from '../rules/graphql';

type Body = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const instant = (value: unknown): number | null => (typeof value === 'string' ? parseInstant(value) : null);

/** The kind of a change as filters and the schema name it. */
export function kindOf(entry: LogEntry): string {
  if (entry.erased) return 'ERASED';
  if (entry.kind === ERASURE) return 'ERASURE';
  // a definition may have a kind of its own, such as LICENSE, which says nothing about the change
  if (entry.subject === null) return entry.kind.replace('.', '_').toUpperCase();
  const own = text((entry.body as Body | null)?.['kind']);
  if (own !== null) return own;
  if (entry.kind === 'completion.recorded') return text((entry.body as Body | null)?.['status']) ?? 'RECORDED';
  return entry.kind.replace('.', '_').toUpperCase();
}

/** Whether a filter lets an entry through: every condition that is set must hold, and an entry without the property fails it. */
export function passes(entry: LogEntry, filter: ChangeFilter | null | undefined): boolean {
  if (!filter) return true;
  const body = (entry.body ?? {}) as Body;
  return (
    among(body['employee'], filter.employeeExternalId) &&
    among(body['department'], filter.department) &&
    among(body['roleCode'], filter.roleCode) &&
    among(body['typeCode'], filter.typeCode) &&
    (!filter.kind || among(kindOf(entry), filter.kind))
  );
}

function among(value: unknown, wanted: readonly string[] | null | undefined): boolean {
  return !wanted || (typeof value === 'string' && wanted.includes(value));
}

/** The GraphQL type that shows an entry. */
export function typeOf(entry: LogEntry): string {
  if (entry.erased || entry.kind === ERASURE) return 'ErasedChange';
  if (entry.kind === 'eligibility.changed') return 'EligibilityChange';
  if (entry.kind === 'credential.act_recorded') return 'EmployeeChange';
  if (entry.kind.startsWith('credential.')) return 'CredentialChange';
  if (entry.kind === 'employee.changed' || entry.kind === 'answer.exported') return 'EmployeeChange';
  if (entry.kind === 'completion.recorded') return 'CompletionChange';
  if (entry.kind === 'access.assigned') return 'EmployeeChange';
  if (entry.kind.startsWith('approval.')) return 'ApprovalChange';
  if (entry.kind.startsWith('incident.')) return 'IncidentChange';
  if (entry.kind.startsWith('outcome.')) return 'OutcomeChange';
  if (entry.kind.startsWith('webhook.')) return 'WebhookChange';
  return 'DefinitionChange';
}

const endOfChange: Batch<GraphContext, number, number> = {
  keyOf: String,
  fetch: async (context, changes) => {
    const ends = await endsOfChanges(await context.db(), changes);
    return changes.map((change) => ends.get(change)!);
  },
};

/**
 * The view in which an entry is shown: as it is now to those who see everybody, to others as it was when the entry was recorded, so that a manager who
 * catches up is not told what became of somebody who has left the team since.
 */
async function viewOfEntry(context: GraphContext, entry: LogEntry): Promise<View> {
  if (reachOf(context.actor) === 'EVERYBODY') return { at: context.now, known: null, sight: null };
  const moment = { at: entry.recordedAt, known: await context.load(endOfChange, entry.changeId) };
  return { ...moment, sight: await context.sightAt(moment) };
}

/** An entry as a source object; edges are loaded only when asked for. */
export function toChange(entry: LogEntry, context: GraphContext): object {
  const body = (entry.body ?? {}) as Body;
  const view = (asking: GraphContext): Promise<View> => viewOfEntry(asking, entry);
  const uuid = (name: string) => String(body[name]);
  const reasons = async <T>(asking: GraphContext, told: T, undisclosed: T): Promise<T> =>
    reasonsShown(asking, { employeeUuid: entry.subject!, roleUuid: uuid('role'), view: await view(asking) }, told, undisclosed);
  const isOfPerson = ['EligibilityChange', 'CredentialChange', 'EmployeeChange'].includes(typeOf(entry));
  const employeeOf = async (asking: GraphContext, subject: string) => {
    const employee = await loadEmployee(asking, subject, await view(asking));
    if (employee === null && isOfPerson) throw new Gone();
    return employee;
  };
  const common = {
    __typename: typeOf(entry),
    cursor: context.graph.cursors.encodeCursor(entry.pos),
    position: entry.pos,
    occurredAt: entry.occurredAt,
    recordedAt: entry.recordedAt,
    kind: kindOf(entry),
    employee: (_: unknown, asking: GraphContext) =>
      entry.subject === null || entry.erased ? null : employeeOf(asking, entry.subject),
  };
  switch (common.__typename) {
    case 'EligibilityChange':
      return {
        ...common,
        role: async (_: unknown, asking: GraphContext) => loadRole(asking, uuid('role'), await view(asking)),
        before: body['before'],
        after: body['after'],
        until: instant(body['until']),
        correctedFrom: instant(body['correctedFrom']),
        correctedUntil: instant(body['correctedUntil']),
        because: async (_: unknown, asking: GraphContext) => reasons(asking, body['because'], [UNDISCLOSED]),
      };
    case 'CredentialChange':
      return {
        ...common,
        credential: async (_: unknown, asking: GraphContext) => {
          const credential = await loadCredentialOfChange(asking, uuid('credential'), await view(asking));
          if (credential === null) throw new Gone();
          return credential;
        },
        reason: text(body['reason']),
      };
    case 'ErasedChange':
      return { ...common, employeeId: nodeId('emp', entry.subject ?? entry.entity) };
    case 'EmployeeChange':
      return { ...common, attributes: Object.keys((body['set'] as object | undefined) ?? {}) };
    case 'CompletionChange':
      return {
        ...common,
        completion: async (_: unknown, asking: GraphContext) => loadCompletion(asking, uuid('completion'), await view(asking)),
      };
    case 'ApprovalChange':
      return {
        ...common,
        approval: async (_: unknown, asking: GraphContext) =>
          body['approval'] ? loadApproval(asking, uuid('approval'), await view(asking)) : null,
        delegation: async (_: unknown, asking: GraphContext) =>
          body['delegation'] ? loadDelegation(asking, uuid('delegation'), await view(asking)) : null,
      };
    case 'OutcomeChange':
      return {
        ...common,
        outcome: async (_: unknown, asking: GraphContext) => loadOutcome(asking, uuid('outcome'), await view(asking)),
        reason: async (_: unknown, asking: GraphContext) =>
          entry.kind === 'outcome.withdrawn' ? reasons(asking, text(body['reason']), UNDISCLOSED) : text(body['reason']),
      };
    case 'IncidentChange':
      return {
        ...common,
        incident: async (_: unknown, asking: GraphContext) => loadIncident(asking, uuid('incident'), await view(asking)),
        reason: text(body['reason']),
      };
    case 'WebhookChange':
      // the edge to the webhook is declared by the room that owns it
      return { ...common, webhookUuid: uuid('webhook'), disabledBecause: text(body['because']) };
    default:
      return {
        ...common,
        code: text(body['roleCode']) ?? text(body['typeCode']) ?? text(body['code']) ?? '',
        version: body['version'] ?? null,
      };
  }
}
