import type { IncomingMessage } from 'node:http';
import { addressesBehind, networkOf } from './address';

const from = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }) as never;

describe('the address of a request', () => {
  it('is that of the connection, whatever the request says of itself', () => {
    const addressOf = addressesBehind([]);
    expect(addressOf(from('203.0.113.7', '198.51.100.1'))).toBe('203.0.113.7');
    expect(addressOf(from('::ffff:203.0.113.7'))).toBe('203.0.113.7');
  });

  it('is what the first proxy of ours was told by the connection to it', () => {
    const addressOf = addressesBehind(['10.0.0.0/8', '2001:db8::1']);
    expect(addressOf(from('10.1.2.3', '198.51.100.1'))).toBe('198.51.100.1');
    expect(addressOf(from('10.1.2.3', 'forged, 198.51.100.1, 10.9.9.9'))).toBe('198.51.100.1');
    expect(addressOf(from('2001:db8::1', '2001:db8:1::5'))).toBe('2001:db8:1::5');
    expect(addressOf(from('10.1.2.3', 'unknown'))).toBe('10.1.2.3');
    expect(addressOf(from('10.1.2.3'))).toBe('10.1.2.3');
    expect(addressOf(from('203.0.113.7', '198.51.100.1'))).toBe('203.0.113.7');
  });

  it('counts as the network that one subscriber has', () => {
    expect(networkOf('203.0.113.7')).toBe('203.0.113.7');
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(networkOf('2001:db8::6')).toBe('2001:db8:0:0::/64');
    expect(networkOf('2001:0db8:0001:0002::')).toBe('2001:db8:1:2::/64');
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
  });
});
