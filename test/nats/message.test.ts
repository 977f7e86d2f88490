// The message about a change, without any server.
import 'reflect-metadata';
import { streamMessage, subjectsAbout } from '../../src/integrations/stream/message';
import type { LogEntry } from '../../src/journal/entry';

const PERSON = '01900000-0000-7000-8000-000000000001';
const ENTRY: LogEntry = {
  ...{ pos: 7, changeId: 3, eventId: '01900000-0000-7000-8000-00000000000e', kind: 'credential.revoked', entity: PERSON },
  ...{ entityVersion: 4, subject: PERSON, actor: 'key:admin', source: 'hris', erased: false, damaged: false },
  ...{ occurredAt: Date.UTC(2026, 0, 1), recordedAt: Date.UTC(2026, 0, 2) },
  body: { kind: 'REVOKED', employee: 'E1', typeCode: 'CPR', reason: 'x'.repeat(5_000) },
};
const told = { cursor: 'c', log: 'abc', maxBytes: 1_048_576 };

describe('a message of the stream', () => {
  it('is an envelope around what a webhook tells, under the subject of its person', () => {
    const { position, subject, payload } = streamMessage(ENTRY, told);
    expect([position, subject]).toEqual([7, `credential-graph.changes.credential.revoked.emp_${PERSON}`]);
    expect(subjectsAbout(PERSON)).toBe(`credential-graph.changes.*.*.emp_${PERSON}`);
    expect(JSON.parse(payload)).toEqual({
      ...{ specversion: '1.0', id: ENTRY.eventId, source: '/credential-graph/abc', type: 'credential.revoked' },
      ...{ subject: `emp_${PERSON}`, time: '2026-01-01T00:00:00.000Z', datacontenttype: 'application/json' },
      data: expect.objectContaining({ change: 'CredentialChange', employee: 'E1', employeeId: `emp_${PERSON}`, typeCode: 'CPR' }),
    });
  });

  it('of an erasure says who was erased, and nothing else of the person', () => {
    const erasure = { ...ENTRY, kind: 'employee.erased', subject: null, body: { reason: 'asked' } };
    const { subject, payload } = streamMessage(erasure, told);
    expect(subject).toBe(`credential-graph.changes.employee.erasure.emp_${PERSON}`);
    expect(JSON.parse(payload).data).toMatchObject({ employee: null, employeeId: `emp_${PERSON}`, reason: 'asked' });
  });

  it('about nobody has no person in its subject', () => {
    const definition = { ...ENTRY, kind: 'rule.published', subject: null, body: { roleCode: 'R' } };
    const { subject, payload } = streamMessage(definition, told);
    expect(subject).toBe('credential-graph.changes.rule.published.-');
    expect(JSON.parse(payload)).not.toHaveProperty('subject');
  });

  it('that the server would not take says which change it is, and that it is cut', () => {
    const { payload } = streamMessage(ENTRY, { ...told, maxBytes: 5_000 });
    expect(payload.length).toBeLessThan(1_000);
    expect(JSON.parse(payload)).toMatchObject({
      id: ENTRY.eventId,
      data: { position: 7, cursor: 'c', employee: 'E1', isCut: true },
    });
    expect(JSON.parse(payload).data).not.toHaveProperty('reason');
  });
});
