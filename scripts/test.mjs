// npm test: installs what is missing (Chromium too), then everything: the checks, the build, the page in a browser.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './fresh.mjs';
import { installBrowser, installPackages } from './install.mjs';

installPackages();
const browser = installBrowser();
const env = { ...process.env, DRYDOCK_ALL: '1' };
const run = (command, args) => spawnSync(command, args, { cwd: root, stdio: 'inherit', env }).status ?? 1;

const UNITS = { report: '.cache/checks.json', options: [] };
const PAGE = { report: '.cache/browser.json', options: ['--config', 'test/e2e/vitest.config.ts'] };
const suites = [UNITS, PAGE];
for (const { report } of suites) rmSync(join(root, report), { force: true });

const vitest = ({ report, options }, files, more) =>
  run('node_modules/.bin/vitest', [
    'run',
    ...options,
    ...files,
    ...more,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
const read = ({ report }) =>
  existsSync(join(root, report)) ? JSON.parse(readFileSync(join(root, report), 'utf8')) : undefined;
const failedFiles = (suite) => (read(suite)?.testResults ?? []).filter((file) => file.status === 'failed');

const checks = run('node', ['scripts/check.mjs']);
const build = run('node', ['scripts/build.mjs']);
const page = browser && build === 0 ? vitest(PAGE, [], []) : 1;

const word = (status) => (status === 0 ? 'passed' : 'FAILED');
console.log(`checks ${word(checks)}, build ${word(build)}, browser ${word(page)}`);
const counts = suites.map(read).filter(Boolean);
const sum = (key) => counts.reduce((n, c) => n + c[key], 0);
console.log(`${sum('numPassedTests')} passed, ${sum('numFailedTests')} failed, ${sum('numPendingTests')} skipped`);

function tell(file) {
  const tests = file.assertionResults
    .filter((test) => test.status === 'failed')
    .map((test) => ({ name: test.fullName, why: test.failureMessages[0] }));
  if (file.message) tests.push({ name: 'the file', why: file.message });
  for (const { name, why } of tests) console.log(`FAILED ${relative(root, file.name)}: ${name}\n${why ?? ''}`);
}

/**
 * What failed beside other tests is run once more by itself, since some tests sit beside the real kernel or a real browser, whose
 * clocks a busy machine makes late; both outcomes are printed. @returns whether all pass now
 */
function again(suite) {
  const failed = failedFiles(suite);
  failed.forEach(tell);
  if (failed.length === 0) return false;
  const files = failed.map((file) => relative(root, file.name));
  console.log(`once more, by themselves: ${files.join(' ')}`);
  const alone = { ...suite, report: suite.report.replace('.json', '-alone.json') };
  const passed = vitest(alone, files, ['--maxWorkers=1']) === 0;
  failedFiles(alone).forEach(tell);
  console.log(passed ? 'PASSED BY THEMSELVES, failed beside others' : 'FAILED again');
  return passed;
}

const stands = [
  checks === 0 || (checks === 2 && again(UNITS)),
  build === 0,
  page === 0 || (browser && build === 0 && again(PAGE)),
];
process.exit(stands.every(Boolean) ? 0 : 1);
