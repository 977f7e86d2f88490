// Completions per second: award, holding, timeline, verdicts and log in one transaction, against the naive way of doing less.
import type { Databases } from './kit/databases';
import { figure, median, say, type Section } from './kit/report';
import { startServer } from './kit/server';
import { startNaive, type NaiveItem } from './naive';
import { completions, loadDefinitions, loadPeople } from './sample';

const PEOPLE = 5_000;
const PER_MUTATION = 500;
const ROUNDS = 3;
const SECONDS = 3;

/** Interleaves rounds of the product and of the baseline, so that whatever else the machine does meets both. */
export async function measureIngestion(databases: Databases): Promise<Section> {
  const server = await startServer({ DATABASE_URL: await databases.create('bench_ingestion') });
  const naive = await startNaive(await databases.create('bench_naive'));
  say(`  loading ${PEOPLE} people, 10 award rules and 10 rules`);
  await loadPeople(server.client, PEOPLE);
  await loadDefinitions(server.client);

  let run = 0;
  const product = async (): Promise<number> => {
    const answer = String(await server.client.send(completions(run++, PER_MUTATION, PEOPLE)));
    if (answer.split('"APPLIED"').length - 1 !== PER_MUTATION)
      throw new Error(`Not everything was applied: ${answer.slice(0, 500)}`);
    return PER_MUTATION;
  };
  // few at a time, so that a round of the slow one ends in time too
  const baseline = (save: (items: readonly NaiveItem[]) => Promise<void>) => async () => {
    const items = itemsOf(completions(run++, 50, PEOPLE));
    await save(items);
    return items.length;
  };
  const contenders: { name: string; writers: number; work: () => Promise<number>; rates: number[] }[] = [1, 4].flatMap(
    (writers) => [
      { name: 'credential-graph, 500 per mutation over HTTP', writers, work: product, rates: [] },
      { name: 'TypeORM, save per row, in process', writers, work: baseline((items) => naive.savePerRow(items)), rates: [] },
      {
        name: 'TypeORM, save per row, 50 items per transaction, in process',
        writers,
        work: baseline((items) => naive.savePerBatch(items)),
        rates: [],
      },
    ],
  );
  for (let round = 0; round <= ROUNDS; round++) {
    for (const contender of contenders) {
      const rate = await perSecond(contender.work, contender.writers, round === 0 ? 1 : SECONDS);
      if (round > 0) contender.rates.push(rate);
      say(
        `  ${round === 0 ? 'warm-up' : `round ${round} of ${ROUNDS}`}: ${contender.name}, ${contender.writers} writer(s): ${figure(rate)}/s`,
      );
    }
  }
  await naive.stop();
  await server.stop();
  const of = (writers: number): number => median(contenders.find((one) => one.writers === writers)!.rates);
  return {
    title: 'Ingestion',
    text:
      `Completions per second, medians of ${ROUNDS} interleaved rounds of ${SECONDS} s; ${PEOPLE} people, 10 award rules, 10 rules. The product records the completion, ` +
      'decides the award, folds the holding, stores its timeline, judges the roles that read it and logs every fact, in one transaction, and answers once the ' +
      'log has it; the client speaks HTTP. The baseline writes three rows (completion, credential, outbox) inside its own process. The ratio is the product over ' +
      'the baseline with as many writers.',
    columns: ['contender', 'writers', 'completions/s', 'product is so many times faster'],
    rows: contenders.map(({ name, writers, rates }, i) => {
      const rate = median(rates);
      return [name, writers, figure(rate), i % 3 === 0 ? '-' : figure(of(writers) / rate)];
    }),
  };
}

function itemsOf(body: string): NaiveItem[] {
  return (JSON.parse(body) as { variables: { input: { completions: NaiveItem[] } } }).variables.input.completions;
}

async function perSecond(work: () => Promise<number>, writers: number, seconds: number): Promise<number> {
  const began = performance.now();
  let done = 0;
  const writer = async (): Promise<void> => {
    while (performance.now() - began < seconds * 1_000) done += await work();
  };
  await Promise.all(Array.from({ length: writers }, writer));
  return done / ((performance.now() - began) / 1_000);
}
