// The tests of one file of the pure core (MUTATED), for mutation testing: no database, and a twentieth of the random cases, since every change of
// the code runs them anew.
const path = require('node:path');

const TESTS = {
  evaluate: ['evaluate', 'explain'],
  renewal: ['renewal', 'renewal.property'],
};
const { globalSetup, globalTeardown, ...jest } = require('../package.json').jest;
const mutated = process.env.MUTATED;
const root = process.cwd();

module.exports = {
  ...jest,
  rootDir: root,
  roots: [path.join(root, 'src/core')],
  testMatch: [...(TESTS[mutated] ?? [mutated]), `${mutated}.edges`].map((name) => `**/${name}.test.ts`),
  cacheDirectory: path.join(root, '.jest-cache'),
  moduleNameMapper: { '^fast-check$': path.join(root, 'scripts/fewer-cases.cjs') },
};
