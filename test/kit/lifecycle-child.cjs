// A process that does nothing but start and stop, in the way argv[2] says.
require('./register.cjs');
const { runUntilSignal } = require('../../src/platform/lifecycle.ts');
const { StartError } = require('../../src/platform/start-error.ts');

const how = process.argv[2];
runUntilSignal(async () => {
  if (how === 'refused') throw new StartError('PORT must be a number.');
  const busy = setInterval(() => undefined, 1000);
  if (how === 'rejects') setTimeout(() => Promise.reject(new Error('forgotten')), 50);
  console.log('started');
  return {
    async stop() {
      clearInterval(busy);
      console.log('stopping');
      if (how === 'hangs') await new Promise(() => setInterval(() => undefined, 1000));
    },
  };
});
