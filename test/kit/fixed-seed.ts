// Properties are tried on the same random cases in every run, so that a red test is red for everybody. SEED=... tries others.
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['SEED'] ?? 20_261_121) });
