import { readFileSync } from 'node:fs';

import { buildSchema, parse, validate } from 'graphql';

import { CHANGED, HOLDINGS, LOADED, mutations, ROLES } from '../../demo/operations';

describe('the operations of the demo', () => {
  const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));

  it.each(Object.entries({ CHANGED, HOLDINGS, LOADED, ROLES, ...mutations }))('include a valid %s', (_, document) => {
    expect(validate(schema, parse(document))).toEqual([]);
  });
});
