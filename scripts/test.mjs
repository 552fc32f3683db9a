// npm test: installs what is missing (Chromium too), then everything: the checks, the build, the page in a browser.
import { spawnSync } from 'node:child_process';
import { root } from './fresh.mjs';
import { installBrowser, installPackages } from './install.mjs';

installPackages();
const browser = installBrowser();
const run = (command, args) => spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status ?? 1;

const checks = run('node', ['scripts/check.mjs']);
const build = run('node', ['scripts/build.mjs']);
const e2e =
  browser && build === 0 ? run('node_modules/.bin/vitest', ['run', '--config', 'test/e2e/vitest.config.ts']) : 1;
console.log(
  `checks ${checks === 0 ? 'passed' : 'FAILED'}, build ${build === 0 ? 'passed' : 'FAILED'}, browser ${e2e === 0 ? 'passed' : 'FAILED'}`,
);
process.exit(checks || build || e2e);
