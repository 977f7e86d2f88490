// Timelines per second of CPU: our evaluator against rule engines that answer for one instant and have to be asked at every boundary.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseSpan } from '../src/core/calendar';
import { creditStretch } from '../src/core/conditions';
import { judge } from '../src/core/evaluate';
import type { CreditFact, HoldingSlice, PersonFacts } from '../src/core/facts';
import { foldHolding, NEVER_EXPIRES, type AwardEvidence } from '../src/core/renewal';
import type { CreditsNode, RuleNode } from '../src/core/rule';
import { answerAt, type VerdictTimeline } from '../src/core/verdict';
import { seeded, type Chance } from '../test/kit/seeded';
import { figure, median, say, type Section } from './kit/report';
import { range } from './sample';

const PEOPLE = 1_000;
const SLICES = 9;
const SLICE_MS = 250;
const ZONE = 'America/New_York';
const DAY = 86_400_000;
const NOW = Date.parse('2026-06-15T12:00:00Z');
const LEAST = { hours: 20, grade: 2 };
const TYPES = ['CPR', 'ACLS', 'PALS'] as const;

const credits: CreditsNode = { op: 'credits', courseCodes: ['CE'], min: LEAST.hours, window: parseSpan('P1Y')! };
const rule: RuleNode = {
  op: 'all',
  of: [
    { op: 'holds', typeCode: 'CPR', strict: false },
    { op: 'any', of: [{ op: 'holds', typeCode: 'ACLS', strict: false }, { op: 'holds', typeCode: 'PALS', strict: false }] }, // prettier-ignore
    credits,
    { op: 'attribute', name: 'grade', atLeast: LEAST.grade },
  ],
};
const versions = [{ version: 1, from: -Infinity, until: Infinity, node: rule, warnBefore: null }];
const policy = { ...NEVER_EXPIRES(ZONE), calendarMonths: 24 };

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** One person, as evidence, as facts with the holdings folded already, and as the stretches that the others are handed. */
interface Person {
  readonly awards: Readonly<Record<string, readonly AwardEvidence[]>>;
  readonly facts: PersonFacts;
  readonly stretches: Readonly<Record<string, readonly Stretch[]>>;
  /** Every instant at which the answer could change. */
  readonly boundaries: readonly number[];
}

interface Peer {
  readonly name: string;
  readonly isMet: (person: object, now: number) => boolean | Promise<boolean>;
}

/** Ten awards of three types, ten credits, three attribute rows. */
function person(chance: Chance, n: number): Person {
  const someday = (): number => NOW + chance.int(-1_200, 0) * DAY + chance.int(0, DAY - 1);
  const award = (type: string, i: number): AwardEvidence => {
    const at = someday();
    return { kind: 'AWARD', id: `${n} ${type} ${i}`, at, expiresAt: null, initial: null, recordedAt: at };
  };
  // in order of time, as the database gives them
  const awardsOf = (type: string) => range(type === 'CPR' ? 4 : 3, (i) => award(type, i)).sort((a, b) => a.at - b.at);
  const awards = Object.fromEntries(TYPES.map((type) => [type, awardsOf(type)]));
  const earned: CreditFact[] = range(10, (i) => ({ at: someday(), hours: 4, isPending: false, factId: `${n} credit ${i}` }));
  const changes = range(3, someday).sort((a, b) => a - b);
  const grade = changes.map((from, i) => ({ from, to: changes[i + 1] ?? Infinity, value: chance.int(1, 3), factId: `${n} grade ${i}` })); // prettier-ignore
  const facts: PersonFacts = {
    holdings: holdingsOf(awards),
    attributes: new Map([['grade', grade]]),
    credits: new Map([['CE', earned]]),
    zone: ZONE,
  };
  const stretches = {
    ...Object.fromEntries(facts.holdings),
    credits: earned.map(({ at, hours }) => ({ ...creditStretch(credits, at, ZONE), hours })),
    grade,
  };
  const boundaries = [
    ...new Set(
      Object.values<readonly Stretch[]>(stretches)
        .flat()
        .flatMap(({ from, to }) => [from, to]),
    ),
  ];
  return { awards, facts, stretches, boundaries: boundaries.filter(Number.isFinite).sort((a, b) => a - b) };
}

function holdingsOf(awards: Person['awards']): Map<string, HoldingSlice[]> {
  const slices = (type: string): HoldingSlice[] =>
    foldHolding(policy, awards[type]!).segments.flatMap(({ from, to, status }) =>
      status === 'ACTIVE' ? [{ from, to, level: 'MET' as const, factId: type }] : [],
    );
  return new Map(TYPES.map((type) => [type, slices(type)]));
}

const fromEvidence = ({ awards, facts }: Person): VerdictTimeline =>
  judge(versions, { ...facts, holdings: holdingsOf(awards) }, ZONE);
const fromHoldings = ({ facts }: Person): VerdictTimeline => judge(versions, facts, ZONE);

/** The instants at which somebody becomes or stops being eligible. */
function flipsOf(timeline: VerdictTimeline): number[] {
  const eligible = timeline.map(({ verdict }) => verdict === 'ELIGIBLE');
  return timeline.flatMap(({ from }, i) => (eligible[i] === (eligible[i - 1] ?? false) ? [] : [from]));
}

async function probed({ isMet }: Peer, { stretches, boundaries }: Person): Promise<number[]> {
  const flips: number[] = [];
  let was = false;
  for (const at of boundaries) {
    const answer = isMet(stretches, at);
    const is = typeof answer === 'boolean' ? answer : await answer;
    if (is !== was) flips.push(at);
    was = is;
  }
  return flips;
}

/** The verdict now and when it changes: boundaries ahead are asked until it does. */
async function probedUntil({ isMet }: Peer, { stretches, boundaries }: Person): Promise<number | null> {
  const ask = async (at: number): Promise<boolean> => {
    const answer = isMet(stretches, at);
    return typeof answer === 'boolean' ? answer : await answer;
  };
  const now = await ask(NOW);
  for (const at of boundaries) if (at > NOW && (await ask(at)) !== now) return at;
  return null;
}

/** Measures everybody in turn, in slices, by the CPU time of this process. */
export async function measureRules(): Promise<Section> {
  const peers = installedPeers();
  const chance = seeded(7);
  const people = range(PEOPLE, (n) => person(chance, n));
  for (const peer of peers) await assertSame(peer, people);
  const contenders: { name: string; question: string; work: (person: Person) => unknown; rates: number[] }[] = [
    { name: 'credential-graph, from facts', question: 'timeline', work: fromEvidence, rates: [] },
    { name: 'credential-graph, holdings folded already', question: 'timeline', work: fromHoldings, rates: [] },
    ...peers.map((peer) => ({ name: peer.name, question: 'timeline', work: (one: Person) => probed(peer, one), rates: [] })),
    { name: 'credential-graph, holdings folded already', question: 'now and until', work: (one: Person) => answerAt(fromHoldings(one), NOW), rates: [] }, // prettier-ignore
    ...peers.map((peer) => ({ name: peer.name, question: 'now and until', work: (one: Person) => probedUntil(peer, one), rates: [] })), // prettier-ignore
  ];
  for (let slice = 0; slice <= SLICES; slice++) {
    for (const { work, rates } of contenders) {
      const rate = await perCpuSecond(people, work);
      if (slice > 0) rates.push(rate);
    }
    say(`  slice ${slice} of ${SLICES}: ${contenders.map(({ rates }) => figure(rates.at(-1) ?? NaN)).join(', ')}`);
  }
  const best = Math.max(...contenders.slice(2, 2 + peers.length).map(({ rates }) => median(rates)));
  const bestUntil = Math.max(...contenders.slice(-peers.length).map(({ rates }) => median(rates)));
  const probes = median(people.map(({ boundaries }) => boundaries.length));
  return {
    title: 'Rules',
    text:
      `A rule of five conditions over 10 awards, 10 credits and 3 attribute rows of each of ${PEOPLE} people: per second of CPU, medians of ${SLICES} interleaved ` +
      `slices of ${SLICE_MS} ms. "timeline" is every instant at which the person becomes or stops being eligible; "now and until" the verdict now and the instant ` +
      `it changes. The others answer for one instant, so they are asked at every instant at which anything begins or ends (${probes} a person), which are handed to ` +
      'them sorted, with every stretch of time computed; "from facts" starts at awards and does that itself. All timelines are compared first. The ratio is over the ' +
      'fastest of the others for the same question.',
    columns: ['evaluator', 'question', 'answers per CPU second', 'over the fastest other'],
    rows: contenders.map(({ name, question, rates }) => [
      name,
      question,
      figure(median(rates)),
      figure(median(rates) / (question === 'timeline' ? best : bestUntil)),
    ]),
  };
}

async function perCpuSecond(people: readonly Person[], work: (person: Person) => unknown): Promise<number> {
  const began = process.cpuUsage();
  let done = 0;
  for (;;) {
    for (let n = 0; n < 20; n++) {
      const answer = work(people[done++ % people.length]!);
      if (answer instanceof Promise) await answer;
    }
    const { user, system } = process.cpuUsage(began);
    if (user + system >= SLICE_MS * 1_000) return (done * 1_000_000) / (user + system);
  }
}

async function assertSame(peer: Peer, people: readonly Person[]): Promise<void> {
  for (const one of people) {
    const [mine, cached, others] = [flipsOf(fromEvidence(one)), flipsOf(fromHoldings(one)), await probed(peer, one)];
    if (String(mine) !== String(others) || String(cached) !== String(others))
      throw new Error(`${peer.name} differs: ${String(others)} against ${String(mine)}`);
    const { until } = answerAt(fromHoldings(one), NOW);
    const next = flipsOf(fromHoldings(one)).find((at) => at > NOW) ?? null;
    if ((await probedUntil(peer, one)) !== next) throw new Error(`${peer.name} differs about what comes next: ${next} ${until}`);
  }
}

function installedPeers(): readonly Peer[] {
  const folder = path.join(__dirname, 'peers');
  if (!fs.existsSync(path.join(folder, 'node_modules'))) {
    say('  installing the others');
    const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], {
      cwd: folder,
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error('The others could not be installed.');
  }
  const { peers } = createRequire(__filename)('./peers/index.mjs') as { peers: (least: typeof LEAST) => readonly Peer[] };
  return peers(LEAST);
}
