// Whether a package that the server runs with is known to be dangerous: asks the registry's list of advisories. A registry that has none, or
// does not answer, is no reason to stop: what is installed is pinned by hash in package-lock.json either way (test/house-packages.test.ts).
import { spawnSync } from 'node:child_process';

const WORST = ['high', 'critical'];
const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=20000'], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
let report;
try {
  report = JSON.parse(stdout);
} catch {
  report = {};
}
if (report.auditReportVersion === undefined) {
  console.log(`Advisories could not be asked for: ${report.message ?? 'no answer'}`);
} else {
  const found = Object.values(report.vulnerabilities).filter(({ severity }) => WORST.includes(severity));
  for (const { name, severity, range } of found) console.error(`${severity}: ${name} ${range}`);
  console.log(`${found.length} packages with advisories of severity high or critical`);
  process.exitCode = found.length > 0 ? 1 : 0;
}
