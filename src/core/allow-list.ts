// What a source may tell: of what it sends only what is listed is taken in, the rest is as if it had never been sent.
import { censored } from './censor';

/** The mutations whose items may be limited, and the fields of an item that say which thing is meant and when: these are always taken in. */
export const ALWAYS = {
  upsertEmployees: ['externalId', 'effectiveAt'],
  recordCompletions: ['employeeExternalId', 'courseCode', 'attemptId', 'eventId', 'status', 'completedAt', 'reportedAt'],
  issueCredentials: [
    ...['employeeExternalId', 'typeCode', 'instance', 'eventId', 'initial'],
    ...['issuedAt', 'issuedOn', 'expiresAt', 'expiresOn'],
  ],
  verifyCredentials: ['employeeExternalId', 'typeCode', 'instance', 'eventId', 'verifiedAt', 'verifiedOn'],
  recordIncidents: ['employeeExternalId', 'kind', 'reference', 'eventId', 'occurredAt'],
} as const;

/** A mutation whose items may be limited. */
export type LimitedOperation = keyof typeof ALWAYS;

/** The fields of an item that a list can name. Of `attributes` it names each, as `attributes.level`, or all of them. */
export const LISTABLE: Readonly<Record<LimitedOperation, readonly string[]>> = {
  upsertEmployees: [
    ...[
      'attributes',
      'costCenter',
      'department',
      'email',
      'employmentType',
      'familyName',
      'givenName',
      'hiredOn',
      'jobFamily',
      'jobTitle',
    ],
    ...['location', 'managerExternalId', 'otherManagerExternalIds', 'personReference', 'roleCodes', 'status', 'terminatedOn'],
  ],
  recordCompletions: ['badgeId', 'creditHours', 'evidenceUrl', 'expiresOn', 'recertificationCycle', 'score'],
  issueCredentials: ['evidenceUrl'],
  verifyCredentials: ['evidenceUrl', 'method'],
  recordIncidents: ['reason'],
};

type Item = Readonly<Record<string, unknown>>;

/** An item without what is not listed, and the names of what was left out. */
export function allowOnly(
  operation: LimitedOperation,
  item: Item,
  listed: ReadonlySet<string>,
): { readonly item: Item; readonly dropped: readonly string[] } {
  const always: readonly string[] = ALWAYS[operation];
  const kept: Record<string, unknown> = {};
  const dropped: string[] = [];
  for (const [name, value] of Object.entries(item)) {
    if (value === undefined) continue;
    if (always.includes(name) || listed.has(name)) kept[name] = value;
    else if (name !== 'attributes' || typeof value !== 'object' || value === null || Array.isArray(value)) dropped.push(name);
    else {
      const own = Object.entries(value).filter(([attribute]) => listed.has(`attributes.${attribute}`));
      const others = Object.keys(value).filter((attribute) => !listed.has(`attributes.${attribute}`));
      dropped.push(...others.map((attribute) => `attributes.${attribute}`));
      if (own.length > 0) kept[name] = Object.fromEntries(own);
    }
  }
  return { item: kept, dropped };
}

const PLAIN_NAME = /^[A-Za-z][\w.-]{0,79}$/;

/** The name under which a field is counted that was left out: names may be sent that say something themselves. */
export function countedName(name: string): string {
  return PLAIN_NAME.test(name) && !/\d{4}/.test(name) && censored(name) === name ? name : '(other)';
}
