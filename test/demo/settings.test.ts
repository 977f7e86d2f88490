import { endpoint } from '../../demo/run';
import { readSettings } from '../../demo/settings';

describe('the settings of the demo', () => {
  it('are: live until a signal, on a server of its own', () => {
    expect(readSettings([], {})).toEqual({ isLive: true, seconds: null, url: null, key: null });
  });

  it('come from flags, and from the environment where there is none', () => {
    expect(readSettings(['--once', '5', '--no-live'], {})).toMatchObject({ isLive: false, seconds: 5 });
    expect(readSettings(['--once'], {})).toMatchObject({ seconds: 10 });
    expect(readSettings([], { DEMO_ONCE: '3', DEMO_LIVE: 'false' })).toMatchObject({ isLive: false, seconds: 3 });
    expect(readSettings(['--url', 'http://h'], { ADMIN_KEY: 'k' })).toMatchObject({ url: 'http://h', key: 'k' });
  });

  it('are refused in one sentence when they make no sense', () => {
    expect(() => readSettings(['--once', 'soon'], {})).toThrow('--once takes a number of seconds, not "soon".');
    expect(() => readSettings(['--url', 'http://h'], {})).toThrow('--url needs --key');
    expect(() => readSettings(['--forever'], {})).toThrow('--forever');
  });

  it('take a server by its origin or by its endpoint', () => {
    expect(endpoint('http://127.0.0.1:4000')).toBe('http://127.0.0.1:4000/graphql');
    expect(endpoint('http://127.0.0.1:4000/graphql')).toBe('http://127.0.0.1:4000/graphql');
  });
});
