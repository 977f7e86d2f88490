// Rules: the roles there are, and every version of what each asks for.
import { bigint, instant, integer, json, key, optional, table, text, uuid } from '../../platform/postgres/table';

export const roleTable = table('role', {
  columns: {
    id: key(uuid),
    code: text,
    title: text,
    job_family: optional(text),
    recorded_in: key(bigint),
    retired_in: optional(bigint),
    kind: optional(text),
  },
  indexes: { role_current: { columns: ['code'], unique: true, where: 'retired_in IS NULL' } },
});

export const ruleVersionTable = table('rule_version', {
  columns: {
    id: key(uuid),
    role_id: uuid,
    version: integer,
    effective_from: instant,
    warn_before: optional(text),
    ast: json,
    text,
    hash: text,
    published_by: text,
    recorded_in: bigint,
  },
  uniques: { rule_version_once: ['role_id', 'version'] },
});
