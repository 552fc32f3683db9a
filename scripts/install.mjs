// Installs what is missing: the npm packages, and for the tests a Chromium and a font with Chinese.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './fresh.mjs';

function run(command, args, options = {}) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options }).status ?? 1;
}

/** Brings node_modules up to date with package-lock.json. */
export function installPackages() {
  const mark = join(root, 'node_modules/.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(mark) && statSync(mark).mtimeMs >= statSync(lock).mtimeMs) return;
  if (existsSync(mark) && sameTree(mark, lock)) return;
  console.log('Installing npm packages …');
  if (run('npm', ['ci', '--no-audit', '--no-fund']) !== 0) {
    console.error('npm ci failed: see above. Node 20.19 or later and a reachable npm registry are needed.');
    process.exit(1);
  }
}

function sameTree(mark, lock) {
  const have = JSON.parse(readFileSync(mark, 'utf8')).packages;
  const want = JSON.parse(readFileSync(lock, 'utf8')).packages;
  return Object.entries(want).every(([path, p]) => path === '' || p.optional || have[path]?.version === p.version);
}

const CANDIDATES = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The Chromium or Chrome of this machine, or undefined. */
export const findChromium = () => CANDIDATES.find((path) => path && existsSync(path));

/**
 * Installs Debian's chromium, fonts and the network programs that tests compare with, where apt and root are at hand;
 * else a Chrome that is already there serves, else it says what to do. @returns the browser's path, or undefined
 */
export function installBrowser() {
  const wanted = [
    ['chromium', () => findChromium()],
    ['fonts-wqy-zenhei', () => existsSync('/usr/share/fonts/truetype/wqy')],
    ['tcpdump', () => onPath('tcpdump')],
    ['tshark', () => onPath('tshark')],
    ['iproute2', () => onPath('ip')],
    ['iptables', () => onPath('iptables-restore')],
    ['iperf3', () => onPath('iperf3')],
    ['netcat-openbsd', () => onPath('nc')],
    ['iputils-ping', () => onPath('ping')],
    ['curl', () => onPath('curl')],
    ['python3-minimal', () => onPath('python3')],
  ];
  const missing = wanted.filter(([, there]) => !there()).map(([name]) => name);
  if (missing.length > 0 && process.getuid?.() === 0 && onPath('apt-get')) {
    console.log(`Installing ${missing.join(', ')} with apt …`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
    run('apt-get', ['update', '-qq'], quiet);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], quiet);
  }
  const browser = findChromium();
  if (!browser)
    console.error(
      'No Chromium or Chrome was found. Install one (Debian: apt-get install chromium fonts-wqy-zenhei), or set CHROMIUM_PATH.',
    );
  return browser;
}

function onPath(program) {
  return (process.env.PATH ?? '').split(':').some((dir) => existsSync(join(dir, program)));
}
