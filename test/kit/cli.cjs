// The command line from the sources.
require('./register.cjs');
require('../../src/cli.ts');
