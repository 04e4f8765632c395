/** Reads vitest's JSON reports; prints the totals and each failed test with its message, or with `--files` the paths of the failed files. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [mode, ...paths] = process.argv.slice(2).includes('--files')
  ? ['files', ...process.argv.slice(2).filter((each) => each !== '--files')]
  : ['totals', ...process.argv.slice(2)];
const reports = paths.map((path) => JSON.parse(readFileSync(path, 'utf8')));
const failedFiles = reports.flatMap((report) =>
  report.testResults.filter((file) => file.status === 'failed'),
);

if (mode === 'files') {
  for (const file of failedFiles) console.log(relative(process.cwd(), file.name));
} else {
  for (const file of failedFiles) {
    const failed = file.assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0) console.log(`FAILED ${relative(process.cwd(), file.name)}: ${file.message}`);
    for (const test of failed) {
      console.log(
        `FAILED ${relative(process.cwd(), file.name)} > ${test.fullName}\n  ${test.failureMessages.join('\n').slice(0, 1500)}`,
      );
    }
  }
  const sum = (name) => reports.reduce((total, report) => total + report[name], 0);
  console.log(
    `${sum('numPassedTests')} passed, ${sum('numFailedTests')} failed, ${sum('numPendingTests')} skipped`,
  );
}
