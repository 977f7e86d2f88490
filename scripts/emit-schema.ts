// npm run generate:schema writes schema.graphql; npm run check:schema (--check) fails when it is not what the sources make.
import { currentSchema, readIfThere, schemaFile, write } from './schema';

const current = currentSchema();
if (!process.argv.includes('--check')) {
  write(schemaFile, current);
} else if (readIfThere(schemaFile) !== current) {
  console.error('schema.graphql is not what src/schema.ts makes: run "npm run generate:schema" and commit the result.');
  process.exitCode = 1;
}
