// node read-results.js SUITE FILE FAILURES: prints "PASSED FAILED" of vitest's JSON report, and appends what failed and why to FAILURES.
import { appendFileSync, readFileSync } from 'node:fs';

const [suite, file, failures] = process.argv.slice(2);
const report = JSON.parse(readFileSync(file, 'utf8'));

const told = report.testResults.flatMap(({ name, message, assertionResults }) => {
  const where = name.replace(`${process.cwd()}/`, '');
  // A file that could not be loaded, or whose hooks failed, has a message of its own.
  const whole = message ? [`${where}: ${message}`] : [];
  const notPassed = assertionResults.filter(({ status }) => status !== 'passed');
  return [
    ...whole,
    ...notPassed.map(
      ({ status, fullName, failureMessages }) =>
        `${where} > ${fullName}: ${status}\n${(failureMessages ?? []).join('\n').slice(0, 3_000)}`,
    ),
  ];
});
appendFileSync(failures, told.map((text) => `${suite}: ${text}\n`).join(''));

// A skipped test is none that passed.
console.log(report.numPassedTests, report.numFailedTests + report.numPendingTests);
