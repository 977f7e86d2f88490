// suspendCredential, reinstateCredential, revokeCredential: acts of a person, with the reason.
import { uuidv7 } from 'uuidv7';
import { foldHolding, statusAt, type CredentialStatus } from '../../core/renewal';
import { refusePoison } from '../../core/poison';
import { refuseDates } from '../../core/dates';
import { isRefusal, refusal, type Refusal } from '../../core/refusal';
import type { Write } from '../../journal/write';
import { uuidOf } from '../../platform/graphql/node-id';
import { rows } from '../../platform/sql';
import { holdCatalogue, type Cached } from '../catalogue';
import { lockEmployees, resolvePeople } from '../people/resolve';
import { sees } from '../sight';
import { ensureHoldings, evidenceOf, factsOfHolding, holdingKey, recordFacts, type HoldingRow } from './facts';
import type { CredentialDefinitions } from './types';

/** Names one holding. */
export interface CredentialKey {
  readonly id?: string | null;
  readonly holding?: { readonly employeeExternalId: string; readonly typeCode: string; readonly instance?: string | null } | null;
}

/** What is done to a holding. */
export interface CredentialAct {
  readonly credential: CredentialKey;
  readonly reason: string;
  readonly effectiveAt?: number | null;
}

type Kind = 'SUSPENSION' | 'REINSTATEMENT' | 'REVOCATION';

const NOT_FOUND = 'No such credential: name it by its node id, or by person, type and instance.';

/** Records an act inside a change; answers the holding's id, or why not. */
export async function actOnCredential(
  write: Write,
  kind: Kind,
  act: CredentialAct,
  cache: Cached<CredentialDefinitions>,
): Promise<string | Refusal> {
  const poison = refusePoison(act);
  if (poison) return poison;
  if (act.reason.trim() === '') return refusal('REASON_REQUIRED', 'Say why: the reason is kept with the act.', ['reason']);
  const outside = refuseDates(act, ['effectiveAt']);
  if (outside) return outside;
  await holdCatalogue(write.db);
  const definitions = await cache.get(write.db, false);
  const holding = await find(write, act.credential, definitions);
  if (isRefusal(holding)) return holding;
  if (!(await sees(write.db, write.actor, write.now, holding.employeeId)))
    return refusal('CREDENTIAL_NOT_FOUND', NOT_FOUND, ['credential', act.credential.id == null ? 'holding' : 'id']);
  await lockEmployees(write.db, [holding.employeeId]);
  const at = act.effectiveAt ?? write.now;
  const type = definitions.types.get(holding.typeId)!;
  const facts = await factsOfHolding(write.db, holding.id);
  const { segments } = foldHolding(type.policy, evidenceOf(facts));
  const no = refuse(kind, statusAt(segments, at)?.status ?? null, facts.length === 0);
  if (no) return no;
  const ids = await ensureHoldings(write, [holding]);
  const credentialId = ids.get(holdingKey(holding))!;
  await recordFacts(write, [
    { id: uuidv7(), credentialId, employeeId: holding.employeeId, kind, at, zone: type.policy.zone, reason: act.reason.trim() },
  ]);
  write.touch([holding.employeeId]);
  return credentialId;
}

async function find(write: Write, key: CredentialKey, definitions: CredentialDefinitions): Promise<HoldingRow | Refusal> {
  if (key.id != null) {
    const id = uuidOf('crd', key.id);
    const [row] = await rows<HoldingRow>(
      write.db,
      '/* holdingById */ SELECT id, employee_id AS "employeeId", type_id AS "typeId", instance FROM credential WHERE id = $1',
      [id],
    );
    return row ?? refusal('CREDENTIAL_NOT_FOUND', NOT_FOUND, ['credential', 'id']);
  }
  const { employeeExternalId, typeCode, instance } = key.holding!;
  const person = (await resolvePeople(write.db, write.source ?? '', [employeeExternalId])).get(employeeExternalId);
  if (isRefusal(person)) return person;
  const type = definitions.typesByCode.get(typeCode);
  if (person === undefined || !type) return refusal('CREDENTIAL_NOT_FOUND', NOT_FOUND, ['credential', 'holding']);
  const wanted = { employeeId: person, typeId: type.uuid, instance: instance ?? '' };
  const [row] = await rows<{ id: string }>(
    write.db,
    '/* holdingByKey */ SELECT id FROM credential WHERE employee_id = $1 AND type_id = $2 AND instance = $3',
    [person, type.uuid, wanted.instance],
  );
  return { id: row?.id ?? uuidv7(), ...wanted };
}

// a revocation may overtake the issue it takes back: it is kept and holds against what was issued before it
function refuse(kind: Kind, status: CredentialStatus | null, isUnknown: boolean): Refusal | null {
  if (kind === 'REVOCATION') {
    return status === 'REVOKED'
      ? refusal('ALREADY_REVOKED', 'The credential is revoked at that instant already: nothing is left to do.', ['effectiveAt'])
      : null;
  }
  if (isUnknown || status === null) {
    return refusal('CREDENTIAL_NOT_FOUND', 'Nothing is held at that instant: check the person, the type and effectiveAt.', [
      'credential',
    ]);
  }
  if (kind === 'SUSPENSION' && (status === 'SUSPENDED' || status === 'REVOKED')) {
    return refusal('NOT_SUSPENDABLE', `The credential is ${status.toLowerCase()} at that instant and cannot be suspended.`, [
      'effectiveAt',
    ]);
  }
  if (kind === 'REINSTATEMENT' && status !== 'SUSPENDED') {
    return refusal('NOT_SUSPENDED', 'The credential is not suspended at that instant: there is nothing to reinstate.', [
      'effectiveAt',
    ]);
  }
  return null;
}
