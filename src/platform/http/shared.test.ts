import { parse } from 'graphql';
import { answerKey, SharedAnswers } from './shared';

const DOCUMENT = parse(
  'subscription S($after: String, $at: String, $n: Int) { changed(after: $after) { employee(at: $at) { ...F } } } fragment F on E { x(n: $n) }',
);
const key = (variableValues: Record<string, unknown>, callers = 'all', document = DOCUMENT) =>
  answerKey(callers, { schema: null as never, document, variableValues });

describe('answers to events', () => {
  it('are made once for all who ask in the same words, and again for another event', async () => {
    const answers = new SharedAnswers();
    let made = 0;
    const answer = async () => ({ data: { n: ++made } });
    const [first, second] = [{}, {}];
    expect(await Promise.all([answers.get(first, 'a', answer), answers.get(first, 'a', answer)])).toEqual([
      { data: { n: 1 } },
      { data: { n: 1 } },
    ]);
    expect(await answers.get(first, 'b', answer)).toEqual({ data: { n: 2 } });
    expect(await answers.get(second, 'a', answer)).toEqual({ data: { n: 3 } });
    expect(await answers.get(first, 'a', answer)).toEqual({ data: { n: 1 } });
    expect([await answers.get('no object', 'a', answer), await answers.get('no object', 'a', answer)]).toEqual([
      { data: { n: 4 } },
      { data: { n: 5 } },
    ]);
  });

  it('that fail are made again', async () => {
    const answers = new SharedAnswers();
    const event = {};
    await expect(answers.get(event, 'a', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    await new Promise((resolve) => setImmediate(resolve));
    expect(await answers.get(event, 'a', async () => ({ data: {} }))).toEqual({ data: {} });
  });

  it('may differ by caller, document and the variables below the root field, not by where a subscriber began', () => {
    const one = key({ after: 'x', at: 'now', n: 1 });
    expect(key({ n: 1, at: 'now', after: 'y' })).toBe(one);
    expect(key({ at: 'now', n: 1 })).toBe(one);
    expect(key({ at: 'then', n: 1 })).not.toBe(one);
    expect(key({ at: 'now', n: 2 })).not.toBe(one);
    expect(key({ at: 'now', n: 1 }, 'others')).not.toBe(one);
    expect(key({ at: 'now', n: 1 }, 'all', parse('subscription { changed { position } }'))).not.toBe(one);
  });
});
