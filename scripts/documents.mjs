// Registers GraphQL files as documents that clients may send by their hash: npm run -s documents -- register [--client NAME] FILE…
// Reads the key from KEY, and the address from URL or HOST and PORT. Prints the id and the name of each.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const AT_A_TIME = 100;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { client: { type: 'string' } } });
const [verb, ...files] = positionals;
if (verb !== 'register' || files.length === 0) {
  process.stderr.write('Name files: npm run -s documents -- register [--client NAME] queries/*.graphql\n');
  process.exit(2);
}
const url = process.env.URL ?? `http://${process.env.HOST ?? '127.0.0.1'}:${process.env.PORT ?? 4000}/graphql`;
const query =
  'mutation Register($input: RegisterDocumentsInput!) { registerDocuments(input: $input) { documentIds refusal { message path } } }';
const documents = files.map((file) => ({ name: path.basename(file), text: readFileSync(file, 'utf8') }));
for (let from = 0; from < documents.length; from += AT_A_TIME) {
  const some = documents.slice(from, from + AT_A_TIME);
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${process.env.KEY ?? ''}` },
    body: JSON.stringify({ query, variables: { input: { client: values.client ?? null, documents: some } } }),
  }).catch((error) => ({
    json: () => ({ errors: [{ message: `${url} does not answer: ${error.cause?.code ?? error.message}` }] }),
  }));
  const { data, errors } = await answer.json();
  const refusal = data?.registerDocuments.refusal;
  if (errors || refusal) {
    const at = refusal?.path?.[1] === undefined ? '' : `${some[Number(refusal.path[1])]?.name}: `;
    process.stderr.write(`${at}${refusal?.message ?? errors[0].message}\n`);
    process.exit(1);
  }
  // the same text in two files is one document
  const texts = [...new Set(some.map(({ text }) => text))];
  data.registerDocuments.documentIds.forEach((id, i) => {
    process.stdout.write(
      `${id} ${some
        .filter(({ text }) => text === texts[i])
        .map(({ name }) => name)
        .join(' ')}\n`,
    );
  });
}
