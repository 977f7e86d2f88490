// Learning: the courses there are, and every attempt at one.
import { bigint, day, float, identity, instant, key, optional, table, text, uuid } from '../../platform/postgres/table';

export const courseTable = table('course', {
  columns: {
    id: key(uuid),
    code: text,
    title: text,
    credit_hours: optional(float),
    pass_mark: optional(float),
    retake_policy: text,
    recorded_in: key(bigint),
    retired_in: optional(bigint),
    cost: optional(float),
    lead_time: optional(text),
  },
  indexes: { course_current: { columns: ['code'], unique: true, where: 'retired_in IS NULL' } },
});

export const completionTable = table('completion', {
  columns: {
    row_id: identity,
    id: uuid,
    employee_id: uuid,
    course_code: text,
    attempt_id: optional(text),
    status: text,
    score: optional(float),
    credit_hours: optional(float),
    completed_at: instant,
    evidence_url: optional(text),
    recertification_cycle: optional(text),
    badge_id: optional(text),
    expires_on: optional(day),
    source: text,
    event_id: optional(text),
    recorded_in: bigint,
    retired_in: optional(bigint),
    reported_at: optional(instant),
  },
  indexes: {
    completion_current: { columns: ['employee_id', 'completed_at', 'id'], where: 'retired_in IS NULL' },
    completion_history: { columns: ['employee_id'], where: 'retired_in IS NOT NULL' },
    completion_id: { columns: ['id'] },
    completion_event: { columns: ['source', 'event_id'], unique: true, where: 'event_id IS NOT NULL' },
    completion_attempt: {
      columns: ['employee_id', 'course_code', 'attempt_id'],
      unique: true,
      where: 'attempt_id IS NOT NULL AND retired_in IS NULL',
    },
  },
});
