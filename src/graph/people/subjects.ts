// Whom access tokens speak of.
import { instantText, type Params } from '../../platform/sql';

/**
 * A SELECT of everybody a subject may mean at an instant, as the graph knows it now: who is linked to it under a source, and who has its e-mail address.
 * Nothing is ever written for a token.
 */
export function subjectCandidates(source: string) {
  return (subjects: readonly { readonly sub: string; readonly email: string | null }[], now: number, q: Params): string => {
    const asked = `unnest(${q.add(subjects.map(({ sub }) => sub))}::text[], ${q.add(subjects.map(({ email }) => email))}::text[])`;
    const at = `${q.add(instantText(now))}::timestamptz`;
    const isCurrent = (s: string) => `${s}.retired_in IS NULL AND ${s}.valid_from <= ${at} AND ${s}.valid_to > ${at}`;
    return `SELECT a.place::integer AS place, c.person, c.linked AS "isLinked", coalesce(c.status = 'TERMINATED', false) AS "isTerminated"
      FROM ${asked} WITH ORDINALITY AS a(sub, email, place) CROSS JOIN LATERAL (
        SELECT DISTINCT i.employee_id AS person, true AS linked, s.status FROM employee_identity i
        LEFT JOIN employee_state s ON s.employee_id = i.employee_id AND ${isCurrent('s')}
        WHERE i.kind = 'EXTERNAL_ID' AND i.value = a.sub AND i.source = ${q.add(source)}
        UNION ALL SELECT m.employee_id, false, m.status FROM employee_state m WHERE lower(m.email) = a.email AND ${isCurrent('m')}
      ) AS c`;
  };
}
