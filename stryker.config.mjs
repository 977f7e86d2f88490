// Mutation testing of the pure core: `npm run test:mutation [-- file ...]`, see scripts/mutation.mjs.
/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  plugins: [new URL('.mutation/node_modules/@stryker-mutator/jest-runner/dist/src/index.js', import.meta.url).href],
  testRunner: 'jest',
  jest: { projectType: 'custom', configFile: 'scripts/jest-core.cjs', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  concurrency: 1,
  ignorePatterns: [
    ...['dist', 'web', 'demo', 'bench', 'docs', '.jest-cache', '.mutation', '.data', '.demo', 'reports'],
    ...['test/*', '!test/kit', '!test/fixtures'],
  ],
  tempDirName: '.mutation/work',
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: '.mutation/report.json' },
  // what a static array or object says is seen by every test that reads it, and mutating it costs a whole run each
  ignoreStatic: false,
  timeoutMS: 8_000,
};
