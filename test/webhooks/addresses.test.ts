// Where webhooks may not go: refused when registered, and again for the address an attempt would connect to.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AddressPolicy, type Resolve } from '../../src/integrations/webhooks/addresses';
import { agentFor, post } from '../../src/integrations/webhooks/post';
import { resolveNames } from '../../src/integrations/webhooks/resolve';
import { startTestApp } from '../kit/app';
import { eventually, talkTo } from '../kit/seed';
import { startReceiver } from './receiver';
import { talkAboutWebhooks } from './talk';

const PUBLIC = '93.184.215.14';
/** Names as an attacker's own name server answers them. */
const NAMES: Record<string, string[]> = {
  'public.example': [PUBLIC],
  'loop.example': ['127.0.0.1'],
  'mixed.example': [PUBLIC, '127.0.0.1'],
  'six.example': ['::1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'metadata.example': ['169.254.169.254'],
  'nat64.example': ['64:ff9b::7f00:1'],
};
const resolve: Resolve = async (host) => {
  const found = NAMES[host.replace(/\.$/, '')];
  if (found === undefined) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
  return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
};

const hosts = [
  // IPv4 in every spelling that some parser takes
  ...[
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.0.0.1',
    '0x7f.1',
    '017700000001',
    '0177.0.0.1',
    '0177.1',
  ],
  ...['127.0.0.1.', '0', '0.0.0.0', '127.255.255.254', '%31%32%37.0.0.1', '①②⑦.0.0.1', '127。0。0。1'],
  // private, shared, link-local, special, multicast, reserved
  ...['10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.254', '169.254.169.254', '0xa9fea9fe', '2852039166', '172.16.0.1'],
  ...[
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.0.1',
    '192.168.255.255',
    '198.18.0.1',
    '198.19.255.255',
  ],
  ...['198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  // IPv6: loopback, mapped, compatible, NAT64, 6to4, Teredo, unique local, link-local, site-local, multicast, documentation
  ...[
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:10.0.0.1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
  ],
  ...[
    '[64:ff9b::169.254.169.254]',
    '[64:ff9b:1::1]',
    '[2002:7f00:1::]',
    '[2002:a00:1::1]',
    '[2001:0:7f00:1::]',
    '[fc00::1]',
    '[fd00:ec2::254]',
  ],
  ...['[fe80::1]', '[fec0::1]', '[ff02::1]', '[2001:db8::1]', '[3fff::1]', '[100::1]'],
  // names
  ...[
    'localhost',
    'LOCALHOST',
    'localhost.',
    'a.localhost',
    'metadata.google.internal',
    'printer.local',
    'router.home.arpa',
    'intranet',
    'host.lan',
  ],
  ...['loop.example', 'mixed.example', 'six.example', 'mapped.example', 'metadata.example', 'nat64.example'],
];

describe('addresses', () => {
  let canary: Server;
  let port: number;
  let hits = 0;
  beforeAll(async () => {
    canary = createServer((_, response) => {
      hits += 1;
      response.end();
    });
    canary.on('connection', () => (hits += 1));
    await new Promise<void>((done) => canary.listen(0, '::', done));
    port = (canary.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((done) => canary.close(done)));

  const policy = new AddressPolicy({ allow: [], ports: null }, resolve);
  const attempt = (text: string, allowPrivate: boolean) => {
    const target = { url: new URL(text), allowPrivate };
    const agent = agentFor(target, 1);
    const { signal } = new AbortController();
    return post({ target, headers: {}, body: Buffer.from('{}'), agent, policy, signal }).finally(() => agent.destroy());
  };

  it('of more than 60 kinds are refused at registration and at connect, and nothing reaches the canary (C11)', async () => {
    const urls = ['https', 'http'].flatMap((scheme) => hosts.map((host) => `${scheme}://${host}:${port}/hook`));
    expect(new Set(hosts).size).toBeGreaterThanOrEqual(60);
    for (const url of urls) {
      for (const allowPrivate of [false, true]) {
        const refused = await policy.refuse(url, allowPrivate);
        expect([url, refused?.code]).toEqual([url, expect.stringMatching(/^WEBHOOK_(ADDRESS_REFUSED|URL_INVALID)$/)]);
        if (!URL.canParse(url)) continue;
        const { outcome, status } = await attempt(url, allowPrivate);
        expect([url, outcome === 'NOT_ALLOWED' || outcome === 'UNREACHABLE', status]).toEqual([url, true, null]);
      }
    }
    expect(hits).toBe(0);
  });

  it('hidden in user names, other schemes and ports are refused', async () => {
    const code = async (url: string, settings = { allow: [] as string[], ports: null as number[] | null }) =>
      (await new AddressPolicy(settings, resolve).refuse(url, true))?.code ?? null;
    for (const url of [
      ...['https://user@public.example/', 'https://user:pass@public.example/', 'https://public.example@127.0.0.1/'],
      ...['ftp://public.example/', 'file:///etc/passwd', 'gopher://public.example/', 'javascript:alert(1)', 'nonsense', ''],
      `https://public.example/${'x'.repeat(2_048)}`,
    ])
      expect([url.slice(0, 40), await code(url)]).toEqual([url.slice(0, 40), 'WEBHOOK_URL_INVALID']);
    expect(await code('http://public.example/')).toBe('WEBHOOK_ADDRESS_REFUSED');
    expect(await code('https://public.example:8443/')).toBeNull();
    expect(await code('https://public.example:22/', { allow: [], ports: [443, 8443] })).toBe('WEBHOOK_ADDRESS_REFUSED');
    expect(await code('https://public.example/', { allow: [], ports: [443, 8443] })).toBeNull();
    // a name that does not resolve yet is asked for again at every attempt
    expect(await code('https://soon.example/')).toBeNull();
  });

  it('that are private are open to those alone who are on the list, and who said that they mean it', async () => {
    const may = async (url: string, allow: string[], allowPrivate = true) =>
      (await new AddressPolicy({ allow, ports: null }, resolve).refuse(url, allowPrivate)) === null;
    expect(await may('http://127.0.0.1:80/', ['127.0.0.1'])).toBe(true);
    expect(await may('http://127.0.0.1:80/', ['127.0.0.1'], false)).toBe(false);
    expect(await may('http://127.0.0.1:81/', ['127.0.0.1:80'])).toBe(false);
    expect(await may('http://127.0.0.1/', ['127.0.0.1:80'])).toBe(true);
    expect(await may('https://10.1.2.3/', ['10.0.0.0/8'])).toBe(true);
    expect(await may('https://11.1.2.3/', ['10.0.0.0/8'])).toBe(true);
    expect(await may('https://192.168.0.1/', ['10.0.0.0/8'])).toBe(false);
    expect(await may('https://[fd00::5]/', ['fd00::/8'])).toBe(true);
    expect(await may('https://[fd00::5]:444/', ['[fd00::5]:443'])).toBe(false);
    expect(await may('http://loop.example/', ['loop.example'])).toBe(true);
    expect(await may('http://loop.example/', ['127.0.0.0/8'])).toBe(true);
    expect(await may('http://public.example/', ['public.example'])).toBe(false);
    expect(await may('https://hr.internal/', ['hr.internal'])).toBe(true);
  });

  it('are looked up once per attempt, and the one that was checked is the one connected to', async () => {
    const receiver = await startReceiver();
    const target = { url: new URL(`http://nowhere.invalid:${receiver.port}/`), allowPrivate: true };
    const agent = agentFor(target, 1);
    const pinned = { permitted: async () => [{ address: '127.0.0.1', family: 4 }] };
    const { signal } = new AbortController();
    const posted = await post({ target, headers: {}, body: Buffer.from('{"data":{}}'), agent, policy: pinned, signal });
    expect(posted.outcome).toBe('DELIVERED');
    agent.destroy();
    await receiver.stop();
  });

  it('of names that only this machine knows are found as well', async () => {
    const found = await resolveNames()('localhost');
    expect(found.map(({ address }) => address)).toEqual(expect.arrayContaining([expect.stringMatching(/^(127\.0\.0\.1|::1)$/)]));
  }, 20_000);

  it('that change between registration and connection are refused there (C12 P12)', async () => {
    let asked = 0;
    const flipping: Resolve = async () => [{ address: asked++ === 0 ? PUBLIC : '127.0.0.1', family: 4 }];
    const server = await startTestApp({ at: '2026-06-01T12:00:00Z', resolve: flipping });
    const hooks = talkAboutWebhooks(server);
    const { webhook } = await hooks.tryRegister({ url: `https://rebind.example:${port}/hook`, kinds: ['ADDED'] });
    await talkTo(server).upsert([{ externalId: 'A' }]);
    const [delivery] = await eventually(
      () => hooks.deliveries(webhook.id),
      (found) => found[0]?.attempts.totalCount === 1,
    );
    expect(delivery.attempts.nodes[0]).toMatchObject({ outcome: 'NOT_ALLOWED', status: null, response: null });
    expect(asked).toBe(2);
    const refused = await hooks.tryRegister({ url: 'https://rebind.example/', allowPrivate: true });
    expect(refused).toMatchObject({ webhook: null, secret: null, refusal: { code: 'WEBHOOK_ADDRESS_REFUSED', path: ['url'] } });
    expect(hits).toBe(0);
    await server.stop();
  });
});
