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

/** What Vitest's JSON reports of the two runs count. */
const REPORTS = ['.cache/checks.json', '.cache/browser.json'];
for (const file of REPORTS) rmSync(join(root, file), { force: true });

const checks = run('node', ['scripts/check.mjs']);
const build = run('node', ['scripts/build.mjs']);
const e2e = [
  'run',
  '--config',
  'test/e2e/vitest.config.ts',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${REPORTS[1]}`,
];
const page = browser && build === 0 ? run('node_modules/.bin/vitest', e2e) : 1;

const word = (status) => (status === 0 ? 'passed' : 'FAILED');
console.log(`checks ${word(checks)}, build ${word(build)}, browser ${word(page)}`);
const counts = REPORTS.filter((file) => existsSync(join(root, file))).map((file) =>
  JSON.parse(readFileSync(join(root, file), 'utf8')),
);
const sum = (key) => counts.reduce((n, c) => n + c[key], 0);
console.log(`${sum('numPassedTests')} passed, ${sum('numFailedTests')} failed, ${sum('numPendingTests')} skipped`);
const failed = counts.flatMap((c) =>
  c.testResults.flatMap((file) => [
    ...file.assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => ({ file, name: test.fullName, why: test.failureMessages[0] })),
    ...(file.status === 'failed' && file.message ? [{ file, name: 'the file', why: file.message }] : []),
  ]),
);
for (const { file, name, why } of failed) console.log(`FAILED ${relative(root, file.name)}: ${name}\n${why ?? ''}`);
process.exit(checks || build || page);
