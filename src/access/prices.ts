// What is dearer than the objects it leads to: fields that read many people, or search, to say little. docs/limits.md shows the list.
import { isObjectType, type GraphQLSchema } from 'graphql';

/** Points by field, beyond its objects. */
export const PRICES: Readonly<Record<string, number>> = {
  'Eligibility.nearestWays': 50,
  'Mutation.exportProof': 500,
  'Mutation.publishAwardRule': 5_000,
  'Mutation.publishRule': 5_000,
  'Mutation.rehearseRule': 5_000,
  'Query.answerProof': 500,
  'Query.careerPlan': 500,
  'Query.coverageForecast': 1_000,
  'Query.credentialCounts': 200,
  'Query.eligibilityCounts': 200,
  'Query.eligibilityDiff': 500,
  'Query.whatIf': 50_000,
};

/** Puts the prices where an operation is appraised. */
export function price(schema: GraphQLSchema): void {
  for (const [name, points] of Object.entries(PRICES)) {
    const [owner = '', field = ''] = name.split('.');
    const type = schema.getType(owner);
    const priced = isObjectType(type) ? type.getFields()[field] : undefined;
    if (!priced) throw new Error(`${name} has a price and does not exist`);
    priced.extensions = { ...priced.extensions, complexity: points };
  }
}
