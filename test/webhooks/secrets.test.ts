// The key that secrets are sealed with, and what it seals.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Secrets } from '../../src/integrations/webhooks/secrets';
import { secretKey } from '../../src/platform/secret-key';
import { StartError } from '../../src/platform/start-error';

describe('the key of the secrets', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'credential-graph-secrets-'));
  afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

  it('is made once in the data folder, for its owner alone, and found again (G9)', () => {
    const key = secretKey(null, path.join(dir, 'new'));
    expect(key).toHaveLength(32);
    expect(secretKey(null, path.join(dir, 'new'))).toEqual(key);
    expect(fs.statSync(path.join(dir, 'new', 'secret-key')).mode & 0o777).toBe(0o600);
    expect(secretKey(path.join(dir, 'new', 'secret-key'), '/nowhere')).toEqual(key);
  });

  it('is not made up where one was named, nor taken from what is none', () => {
    expect(() => secretKey(path.join(dir, 'missing'), dir)).toThrow(StartError);
    fs.writeFileSync(path.join(dir, 'short'), 'c2hvcnQ=');
    expect(() => secretKey(path.join(dir, 'short'), dir)).toThrow('holds no key');
  });

  it('opens what it sealed, for the same endpoint only', () => {
    const secrets = new Secrets(secretKey(null, dir));
    const secret = secrets.fresh();
    const sealed = secrets.seal(secret, 'endpoint-1');
    expect(secrets.open(sealed, 'endpoint-1')).toEqual(secret);
    expect(secrets.open(sealed, 'endpoint-2')).toBeNull();
    expect(new Secrets(secretKey(null, path.join(dir, 'other'))).open(sealed, 'endpoint-1')).toBeNull();
    expect(sealed.includes(secret) || sealed.includes(secret.toString('base64'))).toBe(false);
    expect(secrets.seal(secret, 'endpoint-1')).not.toEqual(sealed);
  });
});
