import { createHash } from 'node:crypto';
import { leafHash, type LeafInput } from './leaf';

const entry: LeafInput = {
  eventId: '01890a5d-ac96-774b-bcce-b302099a8057',
  kind: 'credential.issued',
  entity: '0b9e1d5c-2f0a-4c1e-9d3e-6a1f6f0c7a11',
  entityVersion: 3,
  subject: '5e2f1b90-8a7d-4b36-9a53-1a2b3c4d5e6f',
  actor: 'key:admin',
  source: null,
  occurredAt: 1767225600000,
  recordedAt: 1767225600123,
  bodyFormat: 0,
  body: Buffer.from('{"code":"CPR"}'),
};

/** Written from the format's description alone: hex by hand, none of leaf.ts. */
function byHand(input: LeafInput): string {
  const field = (bytes: Buffer | null): string =>
    bytes === null ? 'ffffffff' : bytes.length.toString(16).padStart(8, '0') + bytes.toString('hex');
  const words = [
    '1',
    input.eventId,
    input.kind,
    input.entity,
    `${input.entityVersion}`,
    input.subject,
    input.actor,
    input.source,
    `${input.occurredAt}`,
    `${input.recordedAt}`,
    `${input.bodyFormat}`,
  ];
  const hex =
    '00' + words.map((word) => field(word === null ? null : Buffer.from(word))).join('') + field(Buffer.from(input.body));
  return createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex');
}

describe('the leaf hash, format 1', () => {
  it('is the known answer', () => {
    expect(leafHash(entry).toString('hex')).toBe('b545c7d681029f05e7fa28625be4b3fe4d0e6046594656407f6f6b646a5e12e7');
    const other = { ...entry, subject: null, source: 'hr-système', occurredAt: -1, body: Buffer.alloc(0) };
    expect(leafHash(other).toString('hex')).toBe('088d9d5691f4df9e09134d7d619b0345d6efbce709c5d4e576a27f7c2bfe42be');
  });

  it('can be recomputed by an outside verifier from the description alone', () => {
    expect(leafHash(entry).toString('hex')).toBe(byHand(entry));
    const other = { ...entry, subject: null, source: 'hr-système', occurredAt: -1, body: Buffer.from([0, 255]) };
    expect(leafHash(other).toString('hex')).toBe(byHand(other));
  });

  it('changes with every field', () => {
    const variants: Partial<LeafInput>[] = [
      { eventId: '01890a5d-ac96-774b-bcce-b302099a8058' },
      { kind: 'credential.revoked' },
      { entity: entry.eventId },
      { entityVersion: 4 },
      { subject: null },
      { actor: 'key:other' },
      { source: '' },
      { occurredAt: 1767225600001 },
      { recordedAt: 1767225600124 },
      { bodyFormat: 1 },
      { body: Buffer.from('{"code":"CPS"}') },
    ];
    const hashes = new Set(
      [entry, ...variants.map((change) => ({ ...entry, ...change }))].map((each) => leafHash(each).toString('hex')),
    );
    expect(hashes.size).toBe(variants.length + 1);
  });

  it('cannot be fooled by moving a byte from one field to the next', () => {
    const shifted = leafHash({ ...entry, actor: 'key:admi', source: 'n' });
    expect(shifted.equals(leafHash({ ...entry, actor: 'key:admin', source: '' }))).toBe(false);
  });

  it('refuses a number that is not an integer', () => {
    expect(() => leafHash({ ...entry, occurredAt: Infinity })).toThrow('not an integer');
    expect(() => leafHash({ ...entry, entityVersion: 1.5 })).toThrow('not an integer');
  });
});
