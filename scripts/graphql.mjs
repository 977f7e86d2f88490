// Sends a GraphQL file to a running server: npm run -s graphql <file> ['{"variable": "value"}']
// Reads the key from KEY, and the address from URL or HOST and PORT.
import { readFileSync } from 'node:fs';

const [file, variables = '{}'] = process.argv.slice(2);
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
process.stdout.write(`${JSON.stringify(errors ?? data, null, 2)}\n`);
process.exit(errors ? 1 : 0);
