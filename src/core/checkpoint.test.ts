import fc from 'fast-check';
import { newSigningKey, openCheckpoint, parseCheckpoint, readSigner, readVerifier, signCheckpoint } from './checkpoint';
import { hashOfData } from './merkle';

const signer = readSigner(newSigningKey('example.org/log'));
const verifier = readVerifier(signer.verifier);
const checkpoint = { origin: 'example.org/log', size: 20_852_163, root: hashOfData(Buffer.from('x')) };

describe('a checkpoint', () => {
  it('is a signed note of origin, size and root, as C2SP tlog-checkpoint has it', () => {
    const note = signCheckpoint(checkpoint, signer);
    const root = checkpoint.root.toString('base64');
    expect(note).toMatch(/^example\.org\/log\n20852163\n[A-Za-z0-9+/]{43}=\n\n— example\.org\/log [A-Za-z0-9+/]{91}=\n$/);
    expect(note.split('\n')[2]).toBe(root);
    expect(parseCheckpoint(note)).toEqual(checkpoint);
    expect(openCheckpoint(note, [verifier])).toEqual(checkpoint);
  });

  it('opens with a published key and note', () => {
    // the Go checksum database's key, and a head of its log
    const sum = readVerifier('sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8');
    expect(sum.name).toBe('sum.golang.org');
    expect(sum.hint.toString('hex')).toBe('033de0ae');
  });

  it('is nobody’s when no key that is trusted signed it', () => {
    const note = signCheckpoint(checkpoint, signer);
    const stranger = readSigner(newSigningKey('example.org/log'));
    expect(openCheckpoint(note, [])).toBeNull();
    expect(openCheckpoint(note, [readVerifier(stranger.verifier)])).toBeNull();
    // a witness adds its line; either signature will do
    const cosigned = note + signCheckpoint(checkpoint, stranger).split('\n\n')[1]!;
    expect(openCheckpoint(cosigned, [readVerifier(stranger.verifier)])).toEqual(checkpoint);
    expect(openCheckpoint(cosigned, [verifier])).toEqual(checkpoint);
  });

  it('does not open when any byte of it is another one', () => {
    const bytes = Buffer.from(signCheckpoint(checkpoint, signer), 'utf8');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (place, flip) => {
        const changed = Buffer.from(bytes);
        changed[place]! ^= flip;
        expect(openCheckpoint(changed.toString('utf8'), [verifier])).toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['', 'a\n1\n', '\n\n', 'a\n01\nAAAA\n\n— k AAAA\n', 'a\n-1\n\n'])('is not what reads %j', (note) => {
    expect(parseCheckpoint(note)).toBeNull();
    expect(openCheckpoint(note, [verifier])).toBeNull();
  });

  it('has keys that are read back as they were written, and no others', () => {
    const text = newSigningKey('k');
    expect(readSigner(`${text}\n`).verifier).toBe(readSigner(text).verifier);
    for (const wrong of ['', 'PRIVATE+KEY+k+', text.slice(0, -3), `x${text}`])
      expect(() => readSigner(wrong)).toThrow('signing key');
    const { verifier: own } = readSigner(text);
    for (const wrong of ['', own.slice(1), own.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), own.slice(0, -4)])
      expect(() => readVerifier(wrong)).toThrow();
  });
});
