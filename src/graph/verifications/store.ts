// Verifications: what is read and written.
import type { Write } from '../../journal/write';
import { keyset, type Page, type SortKey } from '../../platform/graphql/paging';
import type { Db } from '../../platform/postgres/pool';
import { instantText, Params, rows, rowsParam } from '../../platform/sql';
import { known, type View } from '../context';

/** A verification; the names are those of the GraphQL type. */
export interface VerificationRow {
  readonly uuid: string;
  readonly credentialUuid: string;
  readonly employeeUuid: string;
  readonly at: number;
  readonly verifiedOn: string | null;
  readonly evidenceUrl: string | null;
  readonly method: string | null;
  readonly actor: string;
  readonly source: string;
  readonly eventId: string | null;
}

export interface VerificationAround extends VerificationRow {
  readonly recordedIn: number;
  readonly retiredIn: number | null;
}

const VERIFICATION = `v.id AS uuid, v.credential_id AS "credentialUuid", v.employee_id AS "employeeUuid", v.at, v.verified_on AS "verifiedOn",
  v.evidence_url AS "evidenceUrl", v.method, v.actor, v.source, v.event_id AS "eventId"`;

const OLDEST_FIRST: readonly SortKey[] = [
  { sql: 'v.at', type: 'timestamptz' },
  { sql: 'v.id', type: 'uuid' },
];

export const verificationKeys = (row: Pick<VerificationRow, 'at' | 'uuid'>): string[] => [
  new Date(row.at).toISOString(),
  row.uuid,
];

/** One page of verifications for each credential, oldest first: those there had been by the view's instant. */
export async function verificationPages(
  db: Db,
  view: View,
  credentials: readonly string[],
  page: Page,
): Promise<VerificationRow[]> {
  const q = new Params();
  const { where, order, limit } = keyset(page, OLDEST_FIRST, q);
  return rows<VerificationRow>(
    db,
    `/* verificationPages */ SELECT found.* FROM unnest(${q.add(credentials)}::uuid[]) AS p(id) CROSS JOIN LATERAL (
       SELECT ${VERIFICATION} FROM credential_verification v WHERE v.credential_id = p.id AND v.at <= ${q.add(new Date(view.at).toISOString())}
       AND ${known('v', view, q)} AND ${where} ${order} ${limit}) found`,
    q.values,
  );
}

/** How many verifications each credential has had, and when the last was. */
export async function verificationCounts(
  db: Db,
  view: View,
  credentials: readonly string[],
): Promise<Map<string, { readonly count: number; readonly last: number }>> {
  const q = new Params();
  const found = await rows<{ id: string; count: number; last: number }>(
    db,
    `/* verificationCounts */ SELECT v.credential_id AS id, count(*) AS count, max(v.at) AS last FROM credential_verification v
     WHERE v.credential_id = ANY(${q.add(credentials)}) AND v.at <= ${q.add(new Date(view.at).toISOString())} AND ${known('v', view, q)} GROUP BY 1`,
    q.values,
  );
  return new Map(found.map((row) => [row.id, row]));
}

/** The verifications of people's credentials that stand, and those this change has retired. */
export async function verificationsAround(write: Write, people: readonly string[]): Promise<VerificationAround[]> {
  return rows<VerificationAround>(
    write.db,
    `/* verificationsAround */ SELECT ${VERIFICATION}, v.recorded_in AS "recordedIn", v.retired_in AS "retiredIn" FROM credential_verification v
     WHERE v.employee_id = ANY($1) AND (v.retired_in IS NULL OR v.retired_in = $2)`,
    [people, write.change],
  );
}

/** The verifications of people's credentials, as a view knows them, over all of time. */
export async function verificationsKnown(db: Db, view: View, people: readonly string[]): Promise<VerificationRow[]> {
  const q = new Params();
  return rows<VerificationRow>(
    db,
    `/* verificationsKnown */ SELECT ${VERIFICATION} FROM credential_verification v
     WHERE v.employee_id = ANY(${q.add(people)}) AND ${known('v', view, q)}`,
    q.values,
  );
}

/** What is known already of these holdings, and of the events a batch speaks of. */
export async function verificationsLike(
  db: Db,
  source: string,
  credentials: readonly string[],
  eventIds: readonly string[],
): Promise<VerificationRow[]> {
  return rows<VerificationRow>(
    db,
    `/* verificationsLike */ SELECT ${VERIFICATION} FROM credential_verification v
     WHERE (v.credential_id = ANY($1) AND v.retired_in IS NULL) OR (v.source = $2 AND v.event_id IS NOT NULL AND v.event_id = ANY($3))`,
    [credentials, source, eventIds],
  );
}

/** Records verifications. */
export function recordVerificationRows(write: Write, added: readonly VerificationRow[]): void {
  if (added.length === 0) return;
  const records = added.map((row) => ({
    id: row.uuid,
    credential_id: row.credentialUuid,
    employee_id: row.employeeUuid,
    at: instantText(row.at),
    verified_on: row.verifiedOn,
    evidence_url: row.evidenceUrl,
    method: row.method,
    actor: row.actor,
    source: row.source,
    event_id: row.eventId,
  }));
  write.run(
    `/* recordVerifications */ INSERT INTO credential_verification (id, credential_id, employee_id, at, verified_on, evidence_url, method, actor,
       source, event_id, recorded_in)
     SELECT r.*, $2 FROM jsonb_to_recordset($1) AS r(id uuid, credential_id uuid, employee_id uuid, at timestamptz, verified_on date,
       evidence_url text, method text, actor text, source text, event_id text)`,
    [rowsParam(records), write.change],
  );
}
