/**
 * Real peers: the lab's LAN tied to a TAP device of this computer's kernel, in a namespace of its own (tap.c). The
 * kernel's own programs talk to containers, and containers to them. Needs Linux, root, cc and the programs named below;
 * without them it is skipped with the reason.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineClient } from './engine.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const tap = join(root, '.cache/tap');
const dir = mkdtempSync(join(tmpdir(), 'drydock-uplink-'));
const engine = new EngineClient(join(dir, 'd.sock'));
const uplink = join(dir, 'u.sock');
const TOOLS = ['ip', 'ping', 'curl', 'nc', 'iperf3', 'cmp', 'python3'];
/** Bytes that cross in one piece of work. */
const BLOB = 1_000_000;
const IPERF = { Binds: ['/usr/bin/iperf3:/usr/bin/iperf3'] };

/** Why there can be no real peer here, or undefined. */
function obstacle(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'this needs Linux and root';
  if (!existsSync('/dev/net/tun')) return 'there is no /dev/net/tun';
  const missing = TOOLS.find((t) => spawnSync('sh', ['-c', `command -v ${t}`]).status !== 0);
  if (missing) return `there is no ${missing}`;
  mkdirSync(join(root, '.cache'), { recursive: true });
  const cc = spawnSync('cc', ['-O1', '-Wall', '-o', tap, join(root, 'test/node/tap.c')], { encoding: 'utf8' });
  return cc.status === 0 ? undefined : `tap.c does not compile: ${cc.stderr}`;
}

const reason = obstacle();
if (reason) console.log(`real peers: skipped, ${reason}`);

let server: ChildProcess;

/** Runs a script beside the kernel's end of the wire, 192.168.56.50. @returns what it printed */
async function beside(script: string): Promise<string> {
  const setUp =
    'ip link set eth0 address 52:54:00:38:00:50; ip addr add 192.168.56.50/24 dev eth0; ip link set lo up; ip link set eth0 up; sleep 0.1\n';
  const { stdout } = await run(tap, [uplink, 'bash', '-c', setUp + script], { cwd: dir, maxBuffer: 1 << 24 });
  return stdout;
}

/** Shell words that wait until node1 takes connections at a port. */
const open = (port: number): string => `for i in $(seq 100); do nc -z 192.168.56.11 ${port} && break; sleep 0.1; done`;

/** Runs `tc` on node1. */
const tc = (...args: string[]): Promise<string> =>
  engine.run('debian', ['tc', ...args], {
    NetworkMode: 'host',
    Privileged: true,
    Binds: ['/usr/sbin/tc:/usr/sbin/tc'],
  });

/** The drop counter of a discipline, as `tc -s` shows it. */
const dropped = (text: string): number => Number(/dropped (\d+)/.exec(text)?.[1]);

beforeAll(async () => {
  if (reason) return;
  writeFileSync(join(dir, 'blob'), Buffer.from(Array.from({ length: BLOB }, (_, i) => (i * 2654435761) >>> 24)));
  const args = ['scripts/drydock.mjs', 'serve', '-H', `unix://${engine.socketPath}`, '--uplink', `unix:${uplink}`];
  server = spawn('node', args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.stdout?.on('data', (d: Buffer) => {
      said += d.toString();
      if (said.includes(`uplink: listening at ${uplink}\n`)) resolve();
    });
    server.once('exit', (code) => reject(new Error(`serve ended with ${code}`)));
  });
});

afterAll(() => {
  server?.kill('SIGTERM');
  rmSync(dir, { recursive: true, force: true });
});

describe.skipIf(reason !== undefined)('real peers', () => {
  it('ping finds a machine, with a whole frame too, and no one where nobody is', async () => {
    const out = await beside(
      'ping -c 3 -i 0.2 192.168.56.11; ping -c 1 -s 1472 -M do 192.168.56.12; ping -c 1 -s 4000 192.168.56.13; ping -c 1 -W 1 192.168.56.99; true',
    );
    expect(out).toContain('3 packets transmitted, 3 received, 0% packet loss');
    expect(out).toContain('1480 bytes from 192.168.56.12: icmp_seq=1 ttl=64');
    expect(out).toContain('4008 bytes from 192.168.56.13: icmp_seq=1 ttl=64');
    expect(out).toContain('1 packets transmitted, 0 received');
  });

  it('curl reads from a published port, and a closed one refuses', async () => {
    await engine.start('nginx', ['nginx', '-g', 'daemon off;'], { PortBindings: { '80/tcp': [{ HostPort: '8080' }] } });
    const out = await beside(
      'curl -sS -m 5 http://192.168.56.11:8080/ | head -1; curl -sS -m 5 http://192.168.56.11:8081/ 2>&1; true',
    );
    expect(out).toMatch(/^<!DOCTYPE html>\ncurl: \(7\)/);
  });

  it('every byte comes back from an echoing container', async () => {
    await engine.start('busybox', ['nc', '-ll', '-p', '7000', '-e', 'cat'], {
      PortBindings: { '7000/tcp': [{ HostPort: '7000' }] },
    });
    expect(
      await beside(`${open(7000)}; timeout 50 nc -N 192.168.56.11 7000 < blob > back; cmp blob back && echo same`),
    ).toBe('same\n');
  });

  it('a container fetches from a real server through the machine’s masquerading', async () => {
    const served = beside(
      'timeout 30 python3 -u -m http.server 8000 > seen 2>&1 & iperf3 -s -1 -D; touch ready; while [ -e ready ]; do sleep 0.1; done; kill $!; cat seen',
    );
    while (!existsSync(join(dir, 'ready'))) await new Promise((resolve) => setTimeout(resolve, 50));
    const fetch =
      'for i in 1 2 3 4 5 6 7 8 9; do curl -sf -m 9 -o /tmp/blob http://192.168.56.50:8000/blob && break; sleep 0.3; done; wc -c < /tmp/blob';
    expect(await engine.run('training/webapp', ['sh', '-c', fetch])).toBe(`${BLOB}\n`);
    const measured = await engine.run('debian', ['iperf3', '-c', '192.168.56.50', '-n', '2M'], IPERF);
    expect(measured).toMatch(/2\.\d+ MBytes .*sender[\s\S]*[12]\.\d+ MBytes .*receiver[\s\S]*iperf Done/);
    rmSync(join(dir, 'ready'));
    expect(await served).toContain('192.168.56.11 - - ');
  });

  it('iperf3 measures both ways with the lab at either end', async () => {
    await engine.start('debian', ['iperf3', '-s'], { ...IPERF, PortBindings: { '5201/tcp': [{ HostPort: '5201' }] } });
    const out = await beside(
      `${open(5201)}; timeout 20 iperf3 -c 192.168.56.11 -n 4M; timeout 20 iperf3 -c 192.168.56.11 -n 4M -R`,
    );
    expect(out.match(/iperf Done\./g)).toHaveLength(2);
    expect(out.match(/[1-9]\S* [KMG]bits\/sec .*receiver/g)).toHaveLength(2);
  });

  it('every byte arrives over a wire with delay, jitter and loss', async () => {
    await tc('qdisc', 'add', 'dev', 'eth0', 'root', 'netem', 'delay', '5ms', '2ms', 'loss', '3%');
    const shown = await tc('-s', 'qdisc', 'show', 'dev', 'eth0');
    expect(
      await beside(
        'head -c 300000 blob > part; timeout 50 nc -N 192.168.56.11 7000 < part > back; cmp part back && echo same',
      ),
    ).toBe('same\n');
    const after = await tc('-s', 'qdisc', 'show', 'dev', 'eth0');
    expect(dropped(shown)).toBe(0);
    expect(dropped(after)).toBeGreaterThan(0);
    // How late they are is the lab's clock's, which a busy machine lets lag behind the wall's: only that they come is looked at.
    const pings = await beside('ping -c 20 -i 0.05 192.168.56.11; true');
    expect(Number(/, (\d+) received/.exec(pings)?.[1])).toBeGreaterThan(10);
    await tc('qdisc', 'del', 'dev', 'eth0', 'root');
  });

  it('closes on a peer that sends nonsense, and serves the next', async () => {
    const closed = await new Promise<boolean>((resolve) => {
      const socket = connect(uplink, () => socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 1])));
      socket.on('error', () => undefined).on('close', () => resolve(true));
    });
    expect(closed).toBe(true);
    expect(await beside('ping -c 1 192.168.56.11')).toContain('1 received');
  });
});
