/** Reads what Jest wrote with --json: counts, and skips that nobody allowed by name. */
import { existsSync, readFileSync } from 'node:fs';

/** @typedef {{ passed: number, failed: number, skipped: number, faults: string[] }} Count */

/**
 * @param {string} reportFile @param {ReadonlySet<string>} allowedSkips full names of tests
 * @returns {Count}
 */
export function countJest(reportFile, allowedSkips) {
  /** @type {Count} */
  const count = { passed: 0, failed: 0, skipped: 0, faults: [] };
  if (!existsSync(reportFile)) {
    count.failed += 1;
    count.faults.push('Jest 没有写出报告 · Jest wrote no report');
    return count;
  }
  const report = JSON.parse(readFileSync(reportFile, 'utf8'));
  for (const suite of report.testResults) {
    if (suite.assertionResults.length === 0) {
      // A suite that could not even be loaded has no tests to count.
      count.failed += 1;
      count.faults.push(`${suite.name}: 无法加载 · could not be loaded`);
    }
    for (const test of suite.assertionResults) {
      if (test.status === 'passed') count.passed += 1;
      else if (test.status === 'failed') {
        count.failed += 1;
        count.faults.push(test.fullName);
      } else {
        count.skipped += 1;
        if (!allowedSkips.has(test.fullName)) {
          count.failed += 1;
          count.faults.push(`${test.fullName}: 未经允许的跳过 · a skip that allowed-skips.json does not name`);
        }
      }
    }
  }
  return count;
}
