/** A host that hears router advertisements: the lab against the kernel it runs on, told by the same commands. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { makeLab } from '../rig.ts';
import { type Advert, advertFrame } from './advert.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = `${root}.cache/differential-ra`;
/** Both sides show times of day of their own: so many seconds may lie between what they show. */
const SLACK = 2;

type Step = { readonly ra: Advert } | { readonly sh: string } | { readonly wait: number } | 'show';

const prefix = (net: string, flags: number, valid: number, preferred: number, bits = 64) => ({
  net,
  bits,
  flags,
  valid,
  preferred,
});
const FOREVER = 0xffffffff;

const set = (leaf: string, value: number): Step => ({ sh: `sysctl -qw net.ipv6.conf.h0.${leaf}=${value}` });

const FIRST: Step = {
  ra: { lifetime: 1800, hops: 64, mtu: 1400, lladdr: true, prefixes: [prefix('2001:db8:1::', 0xc0, 86400, 14400)] },
};

const SCRIPTS: Readonly<Record<string, readonly Step[]>> = {
  'a router, a prefix, an MTU, a hop limit; then other lifetimes; then none': [
    FIRST,
    'show',
    { ra: { lifetime: 900, hops: 32, lladdr: true, prefixes: [prefix('2001:db8:1::', 0xc0, 3600, 1800)] } },
    'show',
    { ra: { lifetime: 0, prefixes: [prefix('2001:db8:1::', 0xc0, 0, 0)] } },
    'show',
  ],
  'short lifetimes run out; prefixes of the link alone, for addresses alone, for ever, of another length': [
    {
      ra: {
        lifetime: 3,
        flags: 0x18,
        prefixes: [
          prefix('2001:db8:2::', 0x80, 3, 2),
          prefix('2001:db8:3::', 0x40, 3, 1),
          prefix('2001:db8:4::', 0xc0, FOREVER, FOREVER),
          prefix('2001:db8:5::', 0xc0, 1000, 1000, 60),
          prefix('2001:db8:6::', 0xc0, 10, 20),
          prefix('fe80::', 0xc0, 1000, 1000),
        ],
      },
    },
    'show',
    { wait: 1.7 },
    'show',
    { wait: 2.8 },
    'show',
    {
      ra: {
        lifetime: 1800,
        prefixes: [prefix('2001:db8:2::', 0x80, 300, 200), prefix('2001:db8:3::', 0xc0, 300, 200)],
      },
    },
    'show',
  ],
  'forwarding forgets routers, accept_ra=2 hears them all the same; autoconf=0 makes no addresses': [
    FIRST,
    set('forwarding', 1),
    'show',
    { ra: { lifetime: 1800, prefixes: [prefix('2001:db8:7::', 0xc0, 86400, 14400)] } },
    'show',
    set('accept_ra', 2),
    { ra: { lifetime: 1800, flags: 8, prefixes: [prefix('2001:db8:7::', 0xc0, 86400, 14400)] } },
    'show',
    set('forwarding', 0),
    set('autoconf', 0),
    { ra: { lifetime: 1800, flags: 8, prefixes: [prefix('2001:db8:8::', 0xc0, 86400, 14400)] } },
    'show',
    { sh: 'ip link set h0 down' },
    { sh: 'ip link set h0 up' },
    'show',
  ],
  'accept_ra=0, accept_ra_defrtr=0, accept_ra_pinfo=0; what is forwarded or has no link-local sender is nothing': [
    set('accept_ra', 0),
    FIRST,
    'show',
    set('accept_ra', 1),
    { ra: { lifetime: 1800, ttl: 64, prefixes: [prefix('2001:db8:1::', 0xc0, 86400, 14400)] } },
    { ra: { lifetime: 1800, from: '2001:db8::99', prefixes: [prefix('2001:db8:1::', 0xc0, 86400, 14400)] } },
    'show',
    set('accept_ra_defrtr', 0),
    FIRST,
    'show',
    set('accept_ra_defrtr', 1),
    set('accept_ra_pinfo', 0),
    { ra: { lifetime: 1800, mtu: 9000, prefixes: [prefix('2001:db8:9::', 0xc0, 86400, 14400)] } },
    'show',
  ],
};

const SETUP = [
  'ip link set lo up',
  'ip link add h0 address 02:00:00:00:00:01 type veth peer name r0 address 02:00:00:00:00:02',
  'sysctl -qw net.ipv6.conf.r0.disable_ipv6=1',
  'sysctl -qw net.ipv6.conf.h0.accept_dad=0',
  'ip link set h0 up',
  'ip link set r0 up',
];
const SHOW = [
  'ip -6 addr show dev h0',
  'ip -6 route show dev h0',
  'ip -6 route show table local dev h0',
  'ip -6 neigh show dev h0',
  'sysctl net.ipv6.conf.h0.hop_limit net.ipv6.conf.h0.mtu',
  'ip -6 route get 2001:db8:ffff::1',
];
const MARK = '== shown';
/** From a step to what is looked at after it, s. */
const SETTLE = 0.2;

function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'not root';
  for (const [tool, option] of [
    ['cc', '--version'],
    ['ip', '-V'],
    ['unshare', '--version'],
    ['sysctl', '--version'],
  ] as const)
    if (spawnSync(tool, [option]).status !== 0) return `there is no ${tool}`;
  mkdirSync(`${root}.cache`, { recursive: true });
  const source = fileURLToPath(new URL('ra.c', import.meta.url));
  const cc = spawnSync('cc', ['-O1', '-o', program, source], { encoding: 'utf8' });
  if (cc.status !== 0) return `the helper does not compile: ${cc.stderr}`;
  const trial = spawnSync('unshare', ['-n', 'sh', '-ec', SETUP.join('\n')], { encoding: 'utf8' });
  return trial.status === 0 ? undefined : `no network namespace: ${trial.stderr.trim()}`;
}

/** What the kernel shows, once for each time it is asked. */
function real(steps: readonly Step[]): string[] {
  const lines = steps.flatMap((s) => {
    if (s === 'show') return [`sleep ${SETTLE}`, `echo '${MARK}'`, ...SHOW];
    if ('sh' in s) return [s.sh];
    if ('wait' in s) return [`sleep ${s.wait}`];
    return [`${program} r0 ${Buffer.from(advertFrame(s.ra)).toString('hex')}`];
  });
  const script = [...SETUP, `sleep ${SETTLE}`, ...lines].join('\n');
  const { stdout } = spawnSync('unshare', ['-n', 'sh', '-c', `exec 2>&1\n${script}`], { encoding: 'utf8' });
  return stdout.split(`${MARK}\n`).slice(1);
}

/** What the lab shows. */
async function ours(steps: readonly Step[]): Promise<string[]> {
  const lab = await makeLab();
  const run = async (command: string): Promise<string> => {
    const { stdout, stderr } = await lab.run('node1', command);
    return stdout + stderr;
  };
  for (const line of SETUP) await run(line);
  await lab.pass(SETTLE * 1e9);
  const { core, net } = lab.world as typeof lab.world & {
    net: { devices: Map<number, { name: string; dev: number }> };
  };
  const host = [...net.devices.values()].find((d) => d.name === 'h0')?.dev ?? 0;
  const out: string[] = [];
  for (const s of steps) {
    if (s === 'show') {
      await lab.pass(SETTLE * 1e9);
      let text = '';
      for (const line of SHOW) text += await run(line);
      out.push(text);
    } else if ('sh' in s) await run(s.sh);
    else if ('wait' in s) await lab.pass(s.wait * 1e9);
    else {
      core.frameReceive(host, advertFrame(s.ra));
      await lab.pass(1e6);
    }
  }
  return out;
}

/** The lines that are compared, with `#` for times and the times apart. */
function lines(text: string): { readonly texts: string[]; readonly times: number[] } {
  const times: number[] = [];
  const texts = text
    .split('\n')
    .filter((l) => !/^\d+: h0|link\//.test(l))
    .map((l) =>
      l
        .replace(/ proto kernel_\w+/, '')
        .replace(/ +/g, ' ')
        .trim(),
    )
    // `get` tells of the copy of a route that one processor keeps, which may have an older preference.
    .map((l) => (l.includes(' from :: ') ? l.replace(/ pref \w+$/, '') : l))
    // The lab has no anycast addresses of routers.
    .filter((l) => l !== '' && !l.startsWith('anycast '))
    .map((l) =>
      l.replace(/-?\d+sec/g, (t) => {
        times.push(Number.parseInt(t, 10));
        return '#';
      }),
    );
  return { texts, times };
}

const why = obstacle();
if (why !== undefined) console.log(`Router advertisements are not compared with a real kernel: ${why}`);

describe.skipIf(why !== undefined)('router advertisements: the lab and the kernel', () => {
  for (const [name, steps] of Object.entries(SCRIPTS))
    it(name, async () => {
      const [theirs, mine] = [real(steps), await ours(steps)];
      expect(theirs.length).toBe(steps.filter((s) => s === 'show').length);
      for (const [i, text] of theirs.entries()) {
        const [a, b] = [lines(text), lines(mine[i] ?? '')];
        expect(b.texts, `shown ${i + 1}`).toEqual(a.texts);
        for (const [k, t] of a.times.entries()) expect(Math.abs(t - (b.times[k] ?? 0))).toBeLessThanOrEqual(SLACK);
      }
    });

  it('can fail: another prefix is seen', async () => {
    const other: Step = { ra: { lifetime: 1800, prefixes: [prefix('2001:db8:99::', 0xc0, 86400, 14400)] } };
    expect(lines((await ours([other, 'show']))[0] ?? '').texts).not.toEqual(
      lines(real([FIRST, 'show'])[0] ?? '').texts,
    );
  });
});
