// Fact changes per second: completions each of which makes somebody eligible for a role, through the API.
import type { Databases } from './kit/databases';
import { figure, median, say, type Section } from './kit/report';
import { startServer } from './kit/server';
import { completions, loadDefinitions, loadPeople, range } from './sample';

const PEOPLE = 1_000;
const PER_MUTATION = 500;
/** Everybody passes each of so many courses once. */
const COURSES = 4;
const MUTATIONS = (PEOPLE * COURSES) / PER_MUTATION;

/** Each completion awards a credential, ends what was waiting for it and is judged for the three roles that read it; one verdict changes at least. */
export async function measureFacts(databases: Databases): Promise<Section> {
  const rows: (string | number)[][] = [];
  for (const writers of [1, 4]) {
    const server = await startServer({ DATABASE_URL: await databases.create(`bench_facts_${writers}`) });
    say(`  ${writers} writer(s): loading ${PEOPLE} people`);
    await loadPeople(server.client, PEOPLE);
    await loadDefinitions(server.client);
    const roles = range(COURSES, (i) => ({ code: `F${i}`, title: `Fact ${i}` }));
    await server.client.query('mutation ($input: DefineRolesInput!) { defineRoles(input: $input) { cursor } }', {
      input: { roles },
    });
    for (const i of range(COURSES, (n) => n)) {
      const input = { roleCode: `F${i}`, rule: { holds: { typeCode: `T${i}` } } };
      await server.client.query('mutation ($input: RuleDraftInput!) { publishRule(input: $input) { refusal { message } } }', {
        input,
      });
    }
    const rates: number[] = [];
    let run = 0;
    const writer = async (): Promise<void> => {
      while (run < MUTATIONS) {
        const began = performance.now();
        await server.client.send(completions(run++, PER_MUTATION, PEOPLE));
        rates.push((writers * PER_MUTATION * 1_000) / (performance.now() - began));
      }
    };
    const began = performance.now();
    await Promise.all(range(writers, writer));
    const whole = (MUTATIONS * PER_MUTATION * 1_000) / (performance.now() - began);
    const { eligibilities } = await server.client.query<{ eligibilities: { totalCount: number } }>(
      `{ eligibilities(filter: { roleCode: [${roles.map(({ code }) => `"${code}"`).join()}], verdict: [ELIGIBLE] }, first: 1) { totalCount } }`,
    );
    if (eligibilities.totalCount !== PEOPLE * COURSES) throw new Error(`Only ${eligibilities.totalCount} became eligible.`);
    say(`  ${writers} writer(s): ${figure(whole)}/s`);
    rows.push([writers, figure(whole), figure(median(rates))]);
    await server.stop();
  }
  return {
    title: 'Fact changes',
    text:
      `${PEOPLE * COURSES} completions of ${PEOPLE} people, ${PER_MUTATION} per mutation over HTTP; each makes its person eligible for a role, and is judged for two more. ` +
      'The number of people who are eligible at the end is checked.',
    columns: ['writers', 'people whose verdict changed, per second', 'median of the mutations'],
    rows,
  };
}
