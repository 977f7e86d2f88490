import { createLog } from '../../src/platform/log';

describe('the log', () => {
  const logged = (entry: object): string => {
    const lines: string[] = [];
    createLog('info', { write: (line: string) => void lines.push(line) }).info(entry, 'said');
    return lines.join('');
  };

  it('F20: never holds keys, tokens or what PostgreSQL quotes of people', () => {
    const canary = 'canary@example.com';
    const err = Object.assign(new Error('duplicate key value violates unique constraint "alias"'), {
      code: '23505',
      detail: `Key (${canary})`,
    });
    const line = logged({
      err,
      headers: { authorization: canary, cookie: canary },
      adminKey: canary,
      request: { body: { token: canary } },
    });
    expect(line).not.toContain(canary);
    expect(JSON.parse(line)).toMatchObject({
      level: 'info',
      msg: 'said',
      err: { code: '23505', message: err.message },
      adminKey: '[Redacted]',
    });
  });

  it('is one line of JSON whatever is said', () => {
    expect(logged({ text: 'two\nlines\u001b[31m' }).trim().split('\n')).toHaveLength(1);
  });
});
