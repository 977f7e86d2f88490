import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The whole first schema. Conventions: a row with recorded_in / retired_in carries the ids of the changes (write transactions) that
 * recorded and retired it, current knowledge is retired_in IS NULL; [valid_from, valid_to) is validity in the world, infinity at the ends.
 */
export class First1763700000000 implements MigrationInterface {
  readonly name = 'First1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(JOURNAL);
    await runner.query(PEOPLE);
    await runner.query(LEARNING);
    await runner.query(CREDENTIALS);
    await runner.query(RULES);
  }

  async down(): Promise<void> {
    throw new Error('The first migration is not undone: restore a backup instead.');
  }
}

const JOURNAL = `
CREATE SEQUENCE change_id_seq;

-- written by writers inside their transaction, unordered until the sequencer moves it to the log
CREATE TABLE inbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  change_id bigint NOT NULL,
  event_id uuid NOT NULL,
  kind text NOT NULL,
  entity uuid NOT NULL,
  entity_version bigint NOT NULL,
  subject uuid,
  actor text NOT NULL,
  source text,
  occurred_at timestamptz NOT NULL,
  body_format smallint NOT NULL,
  body bytea NOT NULL
);
CREATE INDEX inbox_change ON inbox (change_id);

CREATE TABLE log (
  pos bigint PRIMARY KEY,
  change_id bigint NOT NULL,
  event_id uuid NOT NULL CONSTRAINT log_event_id UNIQUE,
  kind text NOT NULL,
  entity uuid NOT NULL,
  entity_version bigint NOT NULL,
  subject uuid,
  actor text NOT NULL,
  source text,
  occurred_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  body_format smallint NOT NULL,
  body bytea NOT NULL,
  leaf_version smallint NOT NULL,
  leaf bytea NOT NULL,
  chain bytea
);

CREATE TABLE change (
  id bigint PRIMARY KEY,
  first_pos bigint NOT NULL,
  last_pos bigint NOT NULL,
  recorded_at timestamptz NOT NULL
);
CREATE INDEX change_recorded_at ON change (recorded_at, last_pos);

CREATE TABLE log_head (
  one boolean PRIMARY KEY DEFAULT true CONSTRAINT log_head_one CHECK (one),
  epoch uuid NOT NULL,
  pos bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  cursor_key bytea NOT NULL
);
-- two random uuids make the 32-byte key that signs cursors: enough to make them unforgeable by accident or curiosity
INSERT INTO log_head (epoch, pos, recorded_at, cursor_key)
VALUES (gen_random_uuid(), 0, '1970-01-01T00:00:00Z', uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

CREATE TABLE person_key (
  employee_id uuid PRIMARY KEY,
  key bytea NOT NULL
);

-- whole requests by idempotencyKey: the answer is stored with the effect
CREATE TABLE idempotency (
  operation text NOT NULL,
  source text NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  response jsonb,
  change_id bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (operation, source, key)
);

-- items that could not be applied yet (waits_for names what they wait for) or at all (waits_for null)
CREATE TABLE quarantine (
  id uuid PRIMARY KEY,
  operation text NOT NULL,
  source text NOT NULL,
  actor text NOT NULL,
  waits_for text,
  item text NOT NULL,
  item_hash bytea NOT NULL,
  code text NOT NULL,
  message text NOT NULL,
  path text[] NOT NULL,
  recorded_at timestamptz NOT NULL,
  recorded_in bigint NOT NULL,
  resolved_in bigint
);
CREATE INDEX quarantine_waiting ON quarantine (waits_for) WHERE resolved_in IS NULL;
CREATE INDEX quarantine_item ON quarantine (item_hash) WHERE resolved_in IS NULL;
`;

const PEOPLE = `
CREATE TABLE employee (
  id uuid PRIMARY KEY,
  external_id text NOT NULL CONSTRAINT employee_external_id UNIQUE,
  version bigint NOT NULL,
  -- boundaries of this person up to here are published; the next one is due at next_change_at
  settled_until timestamptz NOT NULL,
  next_change_at timestamptz,
  recorded_in bigint NOT NULL
);
CREATE INDEX employee_next_change ON employee (next_change_at) WHERE next_change_at IS NOT NULL;

CREATE TABLE employee_identity (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  employee_id uuid NOT NULL,
  kind text NOT NULL,
  source text NOT NULL,
  value text NOT NULL,
  recorded_in bigint NOT NULL,
  CONSTRAINT employee_identity_once UNIQUE (kind, value, source, employee_id)
);
CREATE INDEX employee_identity_of ON employee_identity (employee_id);

-- dated assertions: attribute name has value from at until the next assertion of the same name
CREATE TABLE employee_fact (
  id uuid PRIMARY KEY,
  employee_id uuid NOT NULL,
  name text NOT NULL,
  at timestamptz NOT NULL,
  value jsonb NOT NULL,
  source text NOT NULL,
  recorded_in bigint NOT NULL,
  retired_in bigint
);
CREATE UNIQUE INDEX employee_fact_current ON employee_fact (employee_id, name, at) WHERE retired_in IS NULL;
CREATE INDEX employee_fact_awaiting_manager ON employee_fact ((value #>> '{}')) WHERE retired_in IS NULL AND name = 'managerExternalId';
CREATE INDEX employee_fact_history ON employee_fact (employee_id) WHERE retired_in IS NOT NULL;

-- derived from employee_fact: the person as a step function over time
CREATE TABLE employee_state (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  employee_id uuid NOT NULL,
  valid_from timestamptz NOT NULL,
  valid_to timestamptz NOT NULL,
  external_id text NOT NULL,
  given_name text,
  family_name text,
  name text NOT NULL,
  email text,
  status text NOT NULL,
  employment_type text,
  job_title text,
  job_family text,
  department text,
  location text,
  cost_center text,
  manager_id uuid,
  role_codes text[] NOT NULL,
  hired_on date,
  terminated_on date,
  attributes jsonb NOT NULL,
  recorded_in bigint NOT NULL,
  retired_in bigint
);
CREATE UNIQUE INDEX employee_state_current ON employee_state (employee_id, valid_from) WHERE retired_in IS NULL;
CREATE INDEX employee_state_history ON employee_state (employee_id, valid_from) WHERE retired_in IS NOT NULL;
CREATE INDEX employee_state_manager ON employee_state (manager_id) WHERE retired_in IS NULL;
CREATE INDEX employee_state_department ON employee_state (department, employee_id) WHERE retired_in IS NULL;
CREATE INDEX employee_state_name ON employee_state (name, employee_id) WHERE retired_in IS NULL;
CREATE INDEX employee_state_external_id ON employee_state (external_id, employee_id) WHERE retired_in IS NULL;
CREATE INDEX employee_state_email ON employee_state (lower(email)) WHERE retired_in IS NULL;
`;

const LEARNING = `
CREATE TABLE course (
  id uuid NOT NULL,
  code text NOT NULL,
  title text NOT NULL,
  credit_hours double precision,
  pass_mark double precision,
  retake_policy text NOT NULL,
  recorded_in bigint NOT NULL,
  retired_in bigint,
  PRIMARY KEY (id, recorded_in)
);
CREATE UNIQUE INDEX course_current ON course (code) WHERE retired_in IS NULL;

CREATE TABLE completion (
  row_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id uuid NOT NULL,
  employee_id uuid NOT NULL,
  course_code text NOT NULL,
  attempt_id text,
  status text NOT NULL,
  score double precision,
  credit_hours double precision,
  completed_at timestamptz NOT NULL,
  evidence_url text,
  recertification_cycle text,
  badge_id text,
  expires_on date,
  source text NOT NULL,
  event_id text,
  recorded_in bigint NOT NULL,
  retired_in bigint
);
CREATE INDEX completion_current ON completion (employee_id, completed_at, id) WHERE retired_in IS NULL;
CREATE INDEX completion_history ON completion (employee_id) WHERE retired_in IS NOT NULL;
CREATE INDEX completion_id ON completion (id);
CREATE UNIQUE INDEX completion_event ON completion (source, event_id) WHERE event_id IS NOT NULL;
CREATE UNIQUE INDEX completion_attempt ON completion (employee_id, course_code, attempt_id) WHERE attempt_id IS NOT NULL AND retired_in IS NULL;
`;

const CREDENTIALS = `
CREATE TABLE credential_type (
  id uuid NOT NULL,
  code text NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  issuer text NOT NULL,
  operational boolean NOT NULL,
  pay_impact boolean NOT NULL,
  renewal jsonb,
  equivalent_to text[] NOT NULL,
  prerequisites text[] NOT NULL,
  recorded_in bigint NOT NULL,
  retired_in bigint,
  PRIMARY KEY (id, recorded_in)
);
CREATE UNIQUE INDEX credential_type_current ON credential_type (code) WHERE retired_in IS NULL;

CREATE TABLE award_rule (
  id uuid PRIMARY KEY,
  type_id uuid NOT NULL,
  version integer NOT NULL,
  effective_from timestamptz NOT NULL,
  condition jsonb NOT NULL,
  text text NOT NULL,
  hash text NOT NULL,
  published_by text NOT NULL,
  recorded_in bigint NOT NULL,
  CONSTRAINT award_rule_version UNIQUE (type_id, version)
);

-- one person's holding of one type (and instance): everything that happens to it is a credential_fact
CREATE TABLE credential (
  id uuid PRIMARY KEY,
  employee_id uuid NOT NULL,
  type_id uuid NOT NULL,
  instance text NOT NULL,
  version bigint NOT NULL,
  recorded_in bigint NOT NULL,
  CONSTRAINT credential_holding UNIQUE (employee_id, type_id, instance)
);
CREATE INDEX credential_by_type ON credential (type_id, employee_id);

CREATE TABLE credential_fact (
  row_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id uuid NOT NULL,
  credential_id uuid NOT NULL,
  employee_id uuid NOT NULL,
  kind text NOT NULL,
  at timestamptz NOT NULL,
  expires_at timestamptz,
  issued_on date,
  expires_on date,
  zone text NOT NULL,
  initial boolean,
  reason text,
  evidence_url text,
  issued_to text,
  issuer text,
  rule_version integer,
  completion_ids uuid[] NOT NULL,
  actor text NOT NULL,
  source text,
  event_id text,
  recorded_at timestamptz NOT NULL,
  recorded_in bigint NOT NULL,
  retired_in bigint
);
CREATE INDEX credential_fact_current ON credential_fact (employee_id) WHERE retired_in IS NULL;
CREATE INDEX credential_fact_of ON credential_fact (credential_id);
CREATE UNIQUE INDEX credential_fact_event ON credential_fact (source, event_id) WHERE event_id IS NOT NULL;

CREATE TABLE credential_segment (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  credential_id uuid NOT NULL,
  employee_id uuid NOT NULL,
  type_id uuid NOT NULL,
  valid_from timestamptz NOT NULL,
  valid_to timestamptz NOT NULL,
  status text NOT NULL,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz,
  recorded_in bigint NOT NULL,
  retired_in bigint
);
CREATE UNIQUE INDEX credential_segment_current ON credential_segment (credential_id, valid_from) WHERE retired_in IS NULL;
CREATE INDEX credential_segment_person ON credential_segment (employee_id) WHERE retired_in IS NULL;
CREATE INDEX credential_segment_expiry ON credential_segment (expires_at, credential_id) WHERE retired_in IS NULL;
CREATE INDEX credential_segment_type ON credential_segment (type_id, status) WHERE retired_in IS NULL;
CREATE INDEX credential_segment_history ON credential_segment (employee_id) WHERE retired_in IS NOT NULL;

-- the three questions before an award (eligible? already held? first time?) and what was decided
CREATE TABLE award_decision (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  employee_id uuid NOT NULL,
  type_id uuid NOT NULL,
  completion_id uuid NOT NULL,
  at timestamptz NOT NULL,
  rule_version integer NOT NULL,
  outcome text NOT NULL,
  is_eligible boolean NOT NULL,
  is_held boolean NOT NULL,
  is_first boolean NOT NULL,
  missing text[] NOT NULL,
  fact_id uuid,
  recorded_in bigint NOT NULL,
  retired_in bigint
);
CREATE INDEX award_decision_current ON award_decision (employee_id) WHERE retired_in IS NULL;
CREATE INDEX award_decision_completion ON award_decision (completion_id);
`;

const RULES = `
CREATE TABLE role (
  id uuid NOT NULL,
  code text NOT NULL,
  title text NOT NULL,
  job_family text,
  recorded_in bigint NOT NULL,
  retired_in bigint,
  PRIMARY KEY (id, recorded_in)
);
CREATE UNIQUE INDEX role_current ON role (code) WHERE retired_in IS NULL;

CREATE TABLE rule_version (
  id uuid PRIMARY KEY,
  role_id uuid NOT NULL,
  version integer NOT NULL,
  effective_from timestamptz NOT NULL,
  warn_before text,
  ast jsonb NOT NULL,
  text text NOT NULL,
  hash text NOT NULL,
  published_by text NOT NULL,
  recorded_in bigint NOT NULL,
  CONSTRAINT rule_version_once UNIQUE (role_id, version)
);

-- the verdict timelines; a pair without rows is NOT_ELIGIBLE for ever
CREATE TABLE eligibility_segment (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  employee_id uuid NOT NULL,
  role_id uuid NOT NULL,
  valid_from timestamptz NOT NULL,
  valid_to timestamptz NOT NULL,
  verdict text NOT NULL,
  rule_version integer NOT NULL,
  recorded_in bigint NOT NULL,
  retired_in bigint
);
CREATE UNIQUE INDEX eligibility_segment_current ON eligibility_segment (employee_id, role_id, valid_from) WHERE retired_in IS NULL;
CREATE INDEX eligibility_segment_role ON eligibility_segment (role_id, verdict, employee_id) WHERE retired_in IS NULL;
CREATE INDEX eligibility_segment_end ON eligibility_segment (valid_to) WHERE retired_in IS NULL;
CREATE INDEX eligibility_segment_history ON eligibility_segment (employee_id, role_id) WHERE retired_in IS NOT NULL;

CREATE TABLE career_path (
  id uuid NOT NULL,
  code text NOT NULL,
  title text NOT NULL,
  recorded_in bigint NOT NULL,
  retired_in bigint,
  PRIMARY KEY (id, recorded_in)
);
CREATE UNIQUE INDEX career_path_current ON career_path (code) WHERE retired_in IS NULL;
CREATE TABLE career_move (
  path_id uuid NOT NULL,
  position integer NOT NULL,
  from_role uuid NOT NULL,
  to_role uuid NOT NULL,
  recorded_in bigint NOT NULL,
  retired_in bigint,
  PRIMARY KEY (path_id, position, recorded_in)
);
CREATE INDEX career_move_from ON career_move (from_role) WHERE retired_in IS NULL;

-- bumped by every definition (types, courses, roles, rules): writers hold it shared, publishers exclusively, caches are keyed by it
CREATE TABLE catalogue_head (
  one boolean PRIMARY KEY DEFAULT true CONSTRAINT catalogue_head_one CHECK (one),
  version bigint NOT NULL
);
INSERT INTO catalogue_head (version) VALUES (0);
`;
