/**
 * Everything that CI wants to know, in one run: the static checks, then all suites. The last line counts checks and
 * tests together; the exit code is zero only when nothing failed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const checks = ['types', 'lint', 'format:check', 'boundaries', 'dead-code'];

const total = { passed: 0, failed: 0 };

for (const check of checks) {
  console.log(`\n> ${check}`);
  const { status } = spawnSync('npm', ['run', '--silent', check], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  total[status === 0 ? 'passed' : 'failed'] += 1;
}

const folder = mkdtempSync(join(tmpdir(), 'vouchflow-report-'));
const report = join(folder, 'report.json');
const suites = spawnSync(
  'vitest',
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  {
    stdio: ['ignore', 'inherit', 'inherit'],
  },
);
const counted = readCounts(report);
rmSync(folder, { recursive: true });
total.passed += counted.passed;
total.failed += counted.failed;
// A suite that could not even be loaded has no failed test, but the run failed.
if (suites.status !== 0 && total.failed === 0) total.failed = 1;

console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

function readCounts(file: string): { passed: number; failed: number } {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8')) as Record<
      string,
      number
    >;
    return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
