import { GraphQLError, type ExecutionResult } from 'graphql';
import { Gone } from '../graphql/errors';
import { Results } from './results';

/** Answers to the numbers 1, 2, 3 … */
function results(count: number, answer: (n: number) => Promise<ExecutionResult>): { results: Results; closed: () => number } {
  let closed = 0;
  async function* numbers(): AsyncGenerator<number> {
    for (let n = 1; n <= count; n++) yield n;
  }
  const made = new Results(
    numbers(),
    (n) => answer(n as number),
    async () => void (closed += 1),
  );
  return { results: made, closed: () => closed };
}

const told = async (from: Results): Promise<unknown[]> => {
  const all: unknown[] = [];
  for await (const { data } of from) all.push(data?.['n']);
  return all;
};

describe('the answers to events', () => {
  it('come in the order of the events, however long each takes, and close once', async () => {
    const { results: made, closed } = results(20, async (n) => {
      await new Promise((resolve) => setTimeout(resolve, (n * 7) % 5));
      return { data: { n } };
    });
    expect(await told(made)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(closed()).toBe(1);
  });

  it('leave out what was erased before it could be told, and tell every other failure', async () => {
    const failure = (thrown: Error): ExecutionResult => ({
      errors: [new GraphQLError(thrown.message, { originalError: thrown })],
    });
    const { results: made } = results(5, async (n) => {
      if (n === 2) return failure(new Gone());
      return n === 4 ? failure(new Error('a fault of ours')) : { data: { n } };
    });
    expect(await told(made)).toEqual([1, 3, undefined, 5]);
  });

  it('end without a failure when leaving cuts off what the next event is looked for with', async () => {
    const cuts: ((error: Error) => void)[] = [];
    const looking = (): Results =>
      new Results(
        { next: () => new Promise<never>((_, reject) => cuts.push(reject)) },
        () => Promise.reject(new Error('no event came')),
        async () => undefined,
      );
    const left = looking();
    const waiting = left.next();
    await left.return();
    for (const cut of cuts.splice(0)) cut(new Error('asked after it was closed'));
    expect(await waiting).toEqual({ done: true, value: undefined });

    const failed = expect(looking().next()).rejects.toThrow('a fault of ours');
    for (const cut of cuts) cut(new Error('a fault of ours'));
    await failed;
  });
});
