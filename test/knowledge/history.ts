// A random history, told to the server and to the model alike.
import type { TestApp } from '../kit/app';
import { seeded, type Chance } from '../kit/seeded';
import { Model, type Condition } from './model';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const START = Date.parse('2026-03-01T09:00:00Z');

const PEOPLE = Array.from({ length: 9 }, (_, i) => `E${i}`);
const TYPES = ['LIFE', 'GRACE', 'FOREVER'];
const ROLES = ['R1', 'R2', 'R3'];
const DEPARTMENTS = ['Ward', 'Lab', 'Office'];

const startOfDay = (at: number, days: number): number => Math.floor(at / DAY) * DAY + days * DAY;
const POLICIES = {
  LIFE: { endOf: (at: number) => startOfDay(at, 90), graceDays: 0 },
  GRACE: { endOf: (at: number) => startOfDay(at, 60), graceDays: 30 },
  FOREVER: { endOf: () => Infinity, graceDays: 0 },
};

/** An instant at which something was told: before it nothing of it was known, from it on all of it. */
export interface Told {
  readonly at: number;
  readonly write: number;
}

/** Tells a server and a model the same, one write after the other, at instants of a test clock. */
export class History {
  readonly model = new Model(POLICIES);
  readonly told: Told[] = [];
  private readonly chance: Chance;
  private now = START;
  private write = 0;

  constructor(
    private readonly server: TestApp,
    seed: number,
  ) {
    this.chance = seeded(seed);
  }

  static readonly start = START;
  static readonly people = PEOPLE;
  static readonly types = TYPES;
  static readonly departments = DEPARTMENTS;

  async define(): Promise<void> {
    await this.server.query(`mutation { defineCredentialTypes(input: { credentialTypes: [
      { code: "LIFE", name: "Life", kind: CERTIFICATION, issuer: "I", renewal: { life: "P90D" } }
      { code: "GRACE", name: "Grace", kind: LICENSE, issuer: "I", renewal: { life: "P60D", grace: "P30D", graceCounts: true, noticeBefore: ["P7D"] } }
      { code: "FOREVER", name: "Forever", kind: BADGE, issuer: "I" }
    ] }) { cursor } }`);
    await this.server.query(`mutation ($roles: [RoleInput!]!) { defineRoles(input: { roles: $roles }) { cursor } }`, {
      roles: ROLES.map((code) => ({ code, title: code })),
    });
  }

  /** Lets some time pass, then makes one random write. */
  async next(): Promise<void> {
    const { chance, model } = this;
    this.now += chance.int(1, 72) * HOUR + chance.int(1, HOUR - 1);
    this.server.clock.set(this.now);
    this.write += 1;
    this.told.push({ at: this.now, write: this.write });
    if (model.people.size < 3 || chance.percent(40)) return this.upsert();
    if (chance.percent(15)) return this.publish();
    if (model.credentials.length > 3 && chance.percent(40)) return this.act();
    return this.issue();
  }

  /** An instant for a fact: mostly near the present, before it or after it. */
  private someday(): number {
    return this.now + this.chance.int(-80 * 24, 50 * 24) * HOUR + this.chance.int(0, HOUR - 1);
  }

  private async upsert(): Promise<void> {
    const { chance, model, now, write } = this;
    const employees = Array.from({ length: chance.int(1, 3) }, () => {
      const index = chance.int(0, PEOPLE.length - 1);
      const effectiveAt = chance.percent(50) ? this.someday() : null;
      const said: Record<string, unknown> = { department: chance.pick([...DEPARTMENTS, null]) };
      if (chance.percent(50)) said['jobTitle'] = `T${chance.int(1, 3)}`;
      if (chance.percent(60) && index > 0)
        said['managerExternalId'] = chance.percent(20) ? null : PEOPLE[chance.int(0, index - 1)];
      if (chance.percent(40)) said['attributes'] = { grade: chance.pick([1, 2, 3, 4, 'high', null]) };
      if (!model.people.has(PEOPLE[index]!)) said['givenName'] = `N${index}`;
      return {
        externalId: PEOPLE[index]!,
        effectiveAt: effectiveAt === null ? null : new Date(effectiveAt).toISOString(),
        ...said,
      };
    });
    await this.server.query(
      `mutation ($employees: [EmployeeInput!]!) { upsertEmployees(input: { source: "hris", employees: $employees }) { cursor } }`,
      {
        employees,
      },
    );
    for (const { externalId, effectiveAt, attributes, ...said } of employees as {
      externalId: string;
      effectiveAt: string | null;
      attributes?: object;
    }[]) {
      if (!model.people.has(externalId)) model.people.set(externalId, write);
      for (const [name, value] of Object.entries({ ...said, ...attributes })) {
        const at = effectiveAt === null ? now : Date.parse(effectiveAt);
        const current = model.attribute(externalId, name, at, write);
        // who sends no date and repeats what holds says nothing
        if (effectiveAt === null && current === value) continue;
        model.attributes.push({ employee: externalId, name, at, value, write });
      }
    }
  }

  private async issue(): Promise<void> {
    const { chance, model, now, write } = this;
    const credentials = Array.from({ length: chance.int(1, 3) }, () => {
      const issuedAt = chance.percent(80) ? this.someday() : now;
      const isEnded = chance.percent(30);
      return {
        employeeExternalId: chance.pick([...model.people.keys()]),
        typeCode: chance.pick(TYPES),
        issuedAt: new Date(issuedAt).toISOString(),
        expiresAt: isEnded ? new Date(issuedAt + chance.int(1, 100) * DAY).toISOString() : null,
      };
    });
    const { issueCredentials } = await this.server.query(
      `mutation ($credentials: [CredentialInput!]!) { issueCredentials(input: { source: "api", credentials: $credentials }) { results { outcome } } }`,
      { credentials },
    );
    credentials.forEach((item, i) => {
      if (issueCredentials.results[i].outcome !== 'APPLIED') return;
      const expiresAt = item.expiresAt === null ? null : Date.parse(item.expiresAt);
      const fact = {
        employee: item.employeeExternalId,
        type: item.typeCode,
        kind: 'AWARD',
        at: Date.parse(item.issuedAt),
        expiresAt,
        recordedAt: now,
        write,
      } as const;
      model.credentials.push(fact);
    });
  }

  private async act(): Promise<void> {
    const { chance, model, now, write } = this;
    const { employee, type } = chance.pick(model.credentials);
    const [mutation, kind] = chance.pick([
      ['suspendCredential', 'SUSPENSION'],
      ['reinstateCredential', 'REINSTATEMENT'],
      ['revokeCredential', 'REVOCATION'],
    ] as const);
    const at = chance.percent(70) ? this.someday() : now;
    const { [mutation]: payload } = await this.server.query(
      `mutation ($input: CredentialActionInput!) { ${mutation}(input: $input) { refusal { code } } }`,
      {
        input: {
          credential: { holding: { employeeExternalId: employee, typeCode: type } },
          reason: 'because',
          effectiveAt: new Date(at).toISOString(),
        },
      },
    );
    if (payload.refusal === null) model.credentials.push({ employee, type, kind, at, expiresAt: null, recordedAt: now, write });
  }

  private async publish(): Promise<void> {
    const { chance, model, now, write } = this;
    const role = chance.pick(ROLES);
    const rule = this.condition(2);
    const version = model.rules.filter((other) => other.role === role).length + 1;
    const effectiveFrom = chance.percent(50) ? this.someday() : null;
    const { publishRule } = await this.server.query(
      `mutation ($input: RuleDraftInput!) { publishRule(input: $input) { version { version } refusal { code message } } }`,
      { input: { roleCode: role, rule, effectiveFrom: effectiveFrom === null ? null : new Date(effectiveFrom).toISOString() } },
    );
    // chance also makes rules that say the same of everybody
    if (/^RULE_(ALWAYS_HOLDS|CANNOT_HOLD)$/.test(publishRule.refusal?.code)) return;
    expect(publishRule).toEqual({ version: { version }, refusal: null });
    model.rules.push({ role, version, from: effectiveFrom ?? (version === 1 ? Date.UTC(1900, 0, 1) : now), rule, write });
  }

  private condition(depth: number): Condition {
    const { chance } = this;
    if (depth > 0 && chance.percent(60)) {
      const of = Array.from({ length: chance.int(2, 3) }, () => this.condition(depth - 1));
      return chance.pick([
        () => ({ all: of }),
        () => ({ any: of }),
        () => ({ atLeast: { n: 2, of } }),
        () => ({ not: of[0]! }),
      ])();
    }
    if (chance.percent(60)) return { holds: { typeCode: chance.pick(TYPES), strict: chance.percent(30) } };
    if (chance.percent(10)) return { during: { from: new Date(this.someday()).toISOString() } };
    return chance.pick([
      { attribute: { name: 'department', equals: 'Ward' } },
      { attribute: { name: 'jobTitle', equals: 'T1' } },
      { attribute: { name: 'grade', atLeast: 2 } },
    ]);
  }

  /** Instants worth asking about: anywhere, or just at or before a date that some fact names. */
  instants(count: number): number[] {
    const dates = [
      ...this.model.attributes.map((fact) => fact.at),
      ...this.model.credentials.flatMap((fact) => [fact.at, ...(fact.expiresAt === null ? [] : [fact.expiresAt])]),
      ...this.model.rules.map((fact) => fact.from),
    ];
    return Array.from({ length: count }, () =>
      this.chance.percent(50) ? START + this.chance.int(-90 * DAY, 300 * DAY) : this.chance.pick(dates) - this.chance.int(0, 1),
    );
  }
}
