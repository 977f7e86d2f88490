// The rule of the bench job `rules` in the languages of others: each answers whether a person meets it at one instant. They are handed every
// stretch of time ready made, so that none of them has to know a calendar.
import { Environment } from '@marcbachmann/cel-js';
import { LogicEngine } from 'json-logic-engine';
import { Engine } from 'json-rules-engine';

const HOURS = 4;

/** @returns {{ name: string, isMet: (person: object, now: number) => boolean | Promise<boolean> }[]} */
export function peers({ hours, grade }) {
  return [cel({ hours, grade }), jsonLogic({ hours, grade }), jsonRules({ hours, grade })];
}

function cel({ hours, grade }) {
  const covers = (list) => `${list}.exists(s, s.from <= now && now < s.to)`;
  // without a sum in the language, equal hours are counted
  const met = new Environment({ unlistedVariablesAreDyn: true }).parse(
    `${covers('CPR')} && (${covers('ACLS')} || ${covers('PALS')})
      && credits.filter(s, s.from <= now && now < s.to).size() >= ${hours / HOURS}
      && grade.exists(s, s.from <= now && now < s.to && s.value >= ${grade.toFixed(1)})`,
  );
  return { name: '@marcbachmann/cel-js', isMet: (person, now) => met({ ...person, now }) };
}

function jsonLogic({ hours, grade }) {
  const inside = [{ '<=': [{ val: 'from' }, { val: [[2], 'now'] }] }, { '<': [{ val: [[2], 'now'] }, { val: 'to' }] }];
  const covers = (list) => ({ some: [{ val: list }, { and: inside }] });
  const met = new LogicEngine().build({
    and: [
      covers('CPR'),
      { or: [covers('ACLS'), covers('PALS')] },
      {
        '>=': [
          {
            reduce: [
              { filter: [{ val: 'credits' }, { and: inside }] },
              { '+': [{ val: ['current', 'hours'] }, { val: 'accumulator' }] },
              0,
            ],
          },
          hours,
        ],
      },
      { some: [{ val: 'grade' }, { and: [...inside, { '>=': [{ val: 'value' }, grade] }] }] },
    ],
  });
  return { name: 'json-logic-engine, compiled', isMet: (person, now) => met({ ...person, now }) };
}

function jsonRules({ hours, grade }) {
  const engine = new Engine([], { allowUndefinedFacts: false });
  const inside = (now) => (stretch) => stretch.from <= now && now < stretch.to;
  engine.addOperator('covers', (list, now) => list.some(inside(now)));
  engine.addOperator(
    'sums',
    (list, { now, least }) => list.filter(inside(now)).reduce((sum, one) => sum + one.hours, 0) >= least,
  );
  engine.addOperator('reaches', (list, { now, least }) => list.some((one) => inside(now)(one) && one.value >= least));
  const now = { fact: 'now' };
  engine.addFact('hours', (_params, almanac) => almanac.factValue('now').then((at) => ({ now: at, least: hours })));
  engine.addFact('level', (_params, almanac) => almanac.factValue('now').then((at) => ({ now: at, least: grade })));
  engine.addRule({
    conditions: {
      all: [
        { fact: 'CPR', operator: 'covers', value: now },
        {
          any: [
            { fact: 'ACLS', operator: 'covers', value: now },
            { fact: 'PALS', operator: 'covers', value: now },
          ],
        },
        { fact: 'credits', operator: 'sums', value: { fact: 'hours' } },
        { fact: 'grade', operator: 'reaches', value: { fact: 'level' } },
      ],
    },
    event: { type: 'met' },
  });
  return {
    name: 'json-rules-engine',
    isMet: async (person, at) => (await engine.run({ ...person, now: at })).events.length > 0,
  };
}
