import fc from 'fast-check';
import { secretBytes, secretText, sign, verify, type Disbelief } from './standard-webhooks';

// the example of the specification
const SECRET = secretBytes('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')!;
const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const headers = { id: message.id, timestamp: String(message.timestamp), signature: SIGNATURE };
const other = Buffer.alloc(32, 7);

describe('Standard Webhooks', () => {
  it('signs the example of the specification as it says (F2)', () => {
    expect(sign(message, [SECRET])).toBe(SIGNATURE);
    expect(verify(headers, message.body, [SECRET], message.timestamp)).toBeNull();
    expect(verify(headers, Buffer.from(message.body), [SECRET], message.timestamp)).toBeNull();
  });

  it('is believed with either secret while both sign (G6)', () => {
    const both = { ...headers, signature: sign(message, [other, SECRET]) };
    expect(both.signature.split(' ')).toHaveLength(2);
    for (const known of [SECRET, other]) expect(verify(both, message.body, [known], message.timestamp)).toBeNull();
    expect(verify(headers, message.body, [other, SECRET], message.timestamp)).toBeNull();
  });

  it.each<[string, Partial<typeof headers>, string, number, Disbelief]>([
    ['another body', {}, '{"test": 2432232315}', 0, 'NO_MATCHING_SIGNATURE'],
    ['the same JSON written otherwise', {}, '{"test":2432232314}', 0, 'NO_MATCHING_SIGNATURE'],
    ['another id', { id: 'msg_other' }, message.body, 0, 'NO_MATCHING_SIGNATURE'],
    ['another timestamp', { timestamp: '1614265331' }, message.body, 0, 'NO_MATCHING_SIGNATURE'],
    ['the version missing', { signature: SIGNATURE.slice(3) }, message.body, 0, 'NO_MATCHING_SIGNATURE'],
    ['another version', { signature: SIGNATURE.replace('v1', 'v2') }, message.body, 0, 'NO_MATCHING_SIGNATURE'],
    ['a signature cut short', { signature: SIGNATURE.slice(0, 20) }, message.body, 0, 'NO_MATCHING_SIGNATURE'],
    ['a signature too long', { signature: `${SIGNATURE.slice(0, -1)}AAAA` }, message.body, 0, 'NO_MATCHING_SIGNATURE'],
    ['no signature', { signature: '' }, message.body, 0, 'MISSING_HEADER'],
    ['no id', { id: '' }, message.body, 0, 'MISSING_HEADER'],
    ['a timestamp that is none', { timestamp: '1.6e9' }, message.body, 0, 'INVALID_TIMESTAMP'],
    ['an old message', {}, message.body, 301, 'STALE_TIMESTAMP'],
    ['a message from ahead', {}, message.body, -301, 'STALE_TIMESTAMP'],
  ])('does not believe %s', (_, changed, body, later, why) => {
    expect(verify({ ...headers, ...changed }, body, [SECRET], message.timestamp + later)).toBe(why);
  });

  it('believes a message up to five minutes either way', () => {
    for (const later of [300, -300]) expect(verify(headers, message.body, [SECRET], message.timestamp + later)).toBeNull();
  });

  it('reads secrets of 24 to 64 bytes and nothing else', () => {
    for (const length of [24, 32, 64]) {
      const bytes = Buffer.alloc(length, length);
      expect(secretBytes(secretText(bytes))).toEqual(bytes);
    }
    for (const wrong of [
      '',
      'whsec_',
      'whsec_c2hvcnQ=',
      secretText(Buffer.alloc(23)),
      secretText(Buffer.alloc(65)),
      'whsec_!!!!',
    ])
      expect(secretBytes(wrong)).toBeNull();
  });

  it('never throws, whatever is sent', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (id, timestamp, signature, body) => {
        expect(verify({ id, timestamp, signature }, body, [SECRET], message.timestamp)).not.toBeNull();
        expect(verify({ ...headers, signature }, body, [SECRET], message.timestamp)).not.toBeNull();
      }),
    );
  });
});
