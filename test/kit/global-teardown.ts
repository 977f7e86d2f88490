import fs from 'node:fs';

import type { TestCluster } from './global-setup';

/** Stops what global-setup.ts started. */
export default async function tearDown(): Promise<void> {
  const { testCluster } = globalThis as { testCluster?: TestCluster };
  if (testCluster === undefined) return;
  await testCluster.embedded.stop();
  fs.rmSync(testCluster.dir, { recursive: true, force: true });
}
