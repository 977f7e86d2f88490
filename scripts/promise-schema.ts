// npm run promise takes schema.graphql as what clients may rely on from now on; npm run check:breaking (--check) fails when
// a client built for what was promised would break. After a breaking change that is meant, promise anew and say so in CHANGELOG.md.
import { compareSchemas, promisedFile, readIfThere, schemaFile, write } from './schema';

const current = readIfThere(schemaFile);
const promised = readIfThere(promisedFile);
if (current === null) {
  console.error('There is no schema.graphql: run "npm run generate:schema" first.');
  process.exitCode = 1;
} else if (!process.argv.includes('--check')) {
  const { breaking } = promised === null ? { breaking: [] } : compareSchemas(promised, current);
  for (const line of breaking) console.log(`no longer promised: ${line}`);
  write(promisedFile, current);
} else if (promised === null) {
  console.error('Nothing is promised yet: run "npm run promise" and commit the result.');
  process.exitCode = 1;
} else {
  const { breaking, dangerous } = compareSchemas(promised, current);
  for (const line of dangerous) console.log(`may surprise clients: ${line}`);
  for (const line of breaking) console.error(`breaks clients: ${line}`);
  if (breaking.length > 0) process.exitCode = 1;
}
