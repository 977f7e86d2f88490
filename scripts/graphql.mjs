// Sends a GraphQL file to a running server: npm run -s graphql <file> ['{"variable": "value"}' [field.of.the.answer]]
// A field that is named is printed as it is, and nothing else: for texts that belong into a file.
// Reads the key from KEY, and the address from URL or HOST and PORT.
import { readFileSync } from 'node:fs';

const [file, variables = '{}', field] = process.argv.slice(2);
if (!file) {
  process.stderr.write('Name a file: npm run -s graphql docs/first-steps/1-define.graphql\n');
  process.exit(2);
}
const url = process.env.URL ?? `http://${process.env.HOST ?? '127.0.0.1'}:${process.env.PORT ?? 4000}/graphql`;
const answer = await fetch(url, {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: `Bearer ${process.env.KEY ?? ''}` },
  body: JSON.stringify({ query: readFileSync(file, 'utf8'), variables: JSON.parse(variables) }),
}).catch((error) => ({
  json: () => ({ errors: [{ message: `${url} does not answer: ${error.cause?.code ?? error.message}` }] }),
}));
const { data, errors } = await answer.json();
const named = field && !errors ? field.split('.').reduce((value, name) => value?.[name], data) : undefined;
process.stdout.write(typeof named === 'string' ? named : `${JSON.stringify(errors ?? data, null, 2)}\n`);
process.exitCode = errors || (field && typeof named !== 'string') ? 1 : 0;
