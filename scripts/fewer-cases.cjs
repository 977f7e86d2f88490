// fast-check with a twentieth of the cases, and without looking for the smallest case that fails.
const fc = require('../node_modules/fast-check/lib/cjs/fast-check.js');

const assert = (property, options = {}) =>
  fc.assert(property, { ...options, numRuns: Math.max(40, Math.round((options.numRuns ?? 100) / 20)), endOnFailure: true });

module.exports = { ...fc, assert, default: { ...fc.default, assert } };
