// npm run promise takes schema.graphql as what clients may rely on from now on; npm run check:breaking (--check) fails when
// a client built for what was promised would break. What was promised can be taken back in one way: deprecate it, promise that, and
// remove it once its last day is over.
import { comparePromise, hasty } from './promise';
import { promisedFile, readIfThere, schemaFile, write } from './schema';

const current = readIfThere(schemaFile);
const promised = readIfThere(promisedFile);
const today = new Date().toISOString().slice(0, 10);

function check(): boolean {
  const { breaking, dangerous, removable } = comparePromise(promised ?? current!, current!, today);
  for (const line of removable) console.log(`may be removed: ${line}`);
  for (const line of dangerous) console.log(`may surprise clients: ${line}`);
  for (const line of breaking) console.error(`breaks clients: ${line}`);
  if (breaking.length > 0) console.error('Deprecate it and promise that instead; docs/operations.md says how.');
  return breaking.length === 0;
}

if (current === null) {
  console.error('There is no schema.graphql: run "npm run generate:schema" first.');
  process.exitCode = 1;
} else if (!process.argv.includes('--check')) {
  const soon = hasty(promised, current, today);
  for (const line of soon) console.error(`too soon: ${line}`);
  if (check() && soon.length === 0) write(promisedFile, current);
  else process.exitCode = 1;
} else if (promised === null) {
  console.error('Nothing is promised yet: run "npm run promise" and commit the result.');
  process.exitCode = 1;
} else if (!check()) {
  process.exitCode = 1;
}
