import { createHash } from 'node:crypto';
import { entryKey, openBody, openEntry, plainBody, sealBody, sealEntry } from './cipher';
import { canonicalJson } from './entry';

const key = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');
const nonce = Buffer.from('a0a1a2a3a4a5a6a7a8a9aaab', 'hex');
const eventId = '01890a5d-ac96-774b-bcce-b302099a8057';

describe('canonical JSON', () => {
  it('sorts members, leaves absent ones out and writes no white space', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'é' }], a: undefined, A: true })).toBe('{"A":true,"b":[1,{"c":"é","d":null}]}');
  });

  it('refuses numbers that JSON cannot hold', () => {
    expect(() => canonicalJson({ a: Infinity })).toThrow('Infinity');
    expect(() => canonicalJson([NaN])).toThrow('NaN');
  });
});

describe('the cipher of bodies', () => {
  it('is the known answer', () => {
    const sealed = 'a0a1a2a3a4a5a6a7a8a9aaab9d3a1f4221ae20854026d78125075168a6a54ecaa24f8509ff24f08740de';
    expect(sealBody({ code: 'CPR' }, key, eventId, nonce).bytes.toString('hex')).toBe(sealed);
  });

  it('opens what it sealed, and a body about nobody without a key', () => {
    const body = { name: 'Ada \u0000 \ud83d\ude00 \ud800', list: [1.5, null, false] };
    expect(openBody(sealBody(body, key, eventId), key, eventId)).toEqual({ body, erased: false, damaged: false });
    expect(openBody(plainBody(body), undefined, eventId)).toEqual({ body, erased: false, damaged: false });
  });

  it('never uses a nonce twice', () => {
    const nonces = new Set(Array.from({ length: 1000 }, () => sealBody(null, key, eventId).bytes.toString('hex', 0, 12)));
    expect(nonces.size).toBe(1000);
  });

  it('says erased when the key is gone', () => {
    expect(openBody(sealBody({ a: 1 }, key, eventId), undefined, eventId)).toEqual({ body: null, erased: true, damaged: false });
  });

  it('says damaged for any flipped byte, another person and another event', () => {
    const damaged = { body: null, erased: false, damaged: true };
    const sealed = sealBody({ a: 1 }, key, eventId);
    for (let i = 0; i < sealed.bytes.length; i++) {
      const bytes = Buffer.from(sealed.bytes);
      bytes[i]! ^= 1;
      expect(openBody({ ...sealed, bytes }, key, eventId)).toEqual(damaged);
    }
    expect(openBody(sealed, Buffer.alloc(32, 7), eventId)).toEqual(damaged);
    expect(openBody(sealed, key, '01890a5d-ac96-774b-bcce-b302099a8058')).toEqual(damaged);
    expect(openBody({ ...sealed, bytes: sealed.bytes.subarray(0, 9) }, key, eventId)).toEqual(damaged);
    expect(openBody({ ...sealed, format: 9 }, key, eventId)).toEqual(damaged);
  });
});

describe('the cipher of one entry', () => {
  const other = '01890a5d-ac96-774b-bcce-b302099a8058';

  it('is opened by the key of the person, and by its own', () => {
    const body = { name: 'Ada \u0000', list: [1.5, null, false] };
    const sealed = sealEntry(body, key, eventId);
    expect(openBody(sealed, key, eventId)).toEqual({ body, erased: false, damaged: false });
    expect(openEntry(sealed, entryKey(key, eventId), eventId)).toEqual(body);
    expect(openBody(sealed, undefined, eventId)).toEqual({ body: null, erased: true, damaged: false });
  });

  it('is opened by no other key, nor as another entry, nor with any byte changed', () => {
    const sealed = sealEntry({ a: 1 }, key, eventId);
    const own = entryKey(key, eventId);
    expect(openEntry(sealed, entryKey(key, other), eventId)).toBeNull();
    expect(openEntry(sealed, own, other)).toBeNull();
    expect(openEntry(sealBody({ a: 1 }, own, eventId), own, eventId)).toBeNull();
    for (let i = 0; i < sealed.bytes.length; i++) {
      const bytes = Buffer.from(sealed.bytes);
      bytes[i]! ^= 1;
      expect(openEntry({ ...sealed, bytes }, own, eventId)).toBeNull();
      expect(openBody({ ...sealed, bytes }, key, eventId)).toEqual({ body: null, erased: false, damaged: true });
    }
  });

  it('commits to its key: bytes that another key would decrypt are refused for what precedes them', () => {
    const sealed = sealEntry({ a: 1 }, key, eventId);
    const own = entryKey(key, eventId);
    const commitment = createHash('sha256').update('credential-graph entry key').update(own).digest();
    expect(sealed.bytes.subarray(4, 36).equals(commitment)).toBe(true);
    const foreign = sealEntry({ a: 2 }, Buffer.alloc(32, 9), eventId);
    const spliced = { ...sealed, bytes: Buffer.concat([sealed.bytes.subarray(0, 36), foreign.bytes.subarray(36)]) };
    expect(openEntry(spliced, own, eventId)).toBeNull();
    expect(openEntry(spliced, entryKey(Buffer.alloc(32, 9), eventId), eventId)).toBeNull();
  });

  it('keeps free text from whoever has the key of the entry only', () => {
    const body = { credential: 'c', reason: 'positive test', evidenceUrl: null, timeline: [] };
    const sealed = sealEntry(body, key, eventId);
    expect(openEntry(sealed, entryKey(key, eventId), eventId)).toEqual({ credential: 'c', evidenceUrl: null, timeline: [] });
    expect(openBody(sealed, key, eventId)).toEqual({ body, erased: false, damaged: false });
    for (let i = 0; i < sealed.bytes.length; i++) {
      const bytes = Buffer.from(sealed.bytes);
      bytes[i]! ^= 1;
      expect(openBody({ ...sealed, bytes }, key, eventId).damaged).toBe(true);
    }
  });
});
