/** Prints "<N> passed, <M> failed" from vitest's JSON report and the number of other steps that failed. */
import { readFileSync } from 'node:fs';

const [reportPath, testsFailed, failedSteps] = process.argv.slice(2);

/** A file that fails before its first test (a broken import) has no failed test: the file itself counts then. */
function count(report) {
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const unrun = report.numPendingTests + report.numTodoTests;
  return { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles.length + unrun };
}

function read() {
  try {
    return count(JSON.parse(readFileSync(reportPath, 'utf8')));
  } catch {
    // No report: the build or vitest itself failed.
    return { passed: 0, failed: 1 };
  }
}

const { passed, failed } = read();
// Vitest also fails for what belongs to no test: an unhandled rejection, a server that does not stop.
const failures = Math.max(failed, Number(testsFailed)) + Number(failedSteps);
console.log(`${passed} passed, ${failures} failed`);
process.exitCode = failures > 0 || passed === 0 ? 1 : 0;
