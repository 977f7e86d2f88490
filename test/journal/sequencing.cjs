// A sequencer in a process of its own, to be paused: argv[2] is the database. Tells its parent of each batch.
require('../kit/register.cjs');
const { Sequencer } = require('../../src/journal/sequencer.ts');

const sequencer = new Sequencer({
  databaseUrl: process.argv[2],
  clock: { now: () => Date.now() },
  onSequenced: ({ head }) => process.send(head),
});
sequencer.start();
process.on('disconnect', () => process.exit());
