/** Sockets as programs get them: who may have which, what their options do, and what ss shows of it. */
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../kernel/rig.ts';
import { makeMachine, type TestMachine } from './machine.ts';

const NOBODY = { uid: 65534, gid: 65534 };

async function machine(): Promise<TestMachine> {
  const m = await makeMachine();
  m.kernel.root.fs.install('/usr/bin/python3', 'python');
  m.kernel.root.fs.install('/usr/bin/busybox', 'busybox');
  return m;
}

const as = (m: TestMachine, argv: readonly string[], who: object, where?: string): Promise<RunResult> =>
  m.run(argv, { request: { ...who, ...(where !== undefined && { netns: m.spaces[where] as number }) } });

describe('ports below 1024', () => {
  const bind = (port: number): string => `
import socket
try:
    socket.socket(socket.AF_INET, socket.SOCK_STREAM).bind(('127.0.0.1', ${port}))
    print('bound')
except PermissionError as e:
    print(e)
`;

  it('are root’s, and begin where ip_unprivileged_port_start says', async () => {
    const m = await machine();
    const nobody = async (port: number): Promise<string> => (await as(m, ['python3', '-c', bind(port)], NOBODY)).stdout;
    expect(await nobody(1023)).toBe('[Errno 13] Permission denied\n');
    expect(await nobody(1024)).toBe('bound\n');
    expect((await m.run(['python3', '-c', bind(80)])).stdout).toBe('bound\n');
    await m.sh('sysctl -w net.ipv4.ip_unprivileged_port_start=80');
    expect(await nobody(80)).toBe('bound\n');
    expect(await nobody(79)).toBe('[Errno 13] Permission denied\n');
  });
});

describe('ping sockets', () => {
  it('are of those groups that ping_group_range names; without them ping needs root', async () => {
    const m = await machine();
    expect(await as(m, ['ping', '-c1', '172.17.0.3'], NOBODY, 'web')).toMatchObject({
      code: 2,
      stdout: '',
      stderr:
        'ping: socktype: SOCK_RAW\nping: socket: Operation not permitted\nping: => missing cap_net_raw+p capability or setuid?\n',
    });
    expect((await as(m, ['busybox', 'ping', '-c1', '172.17.0.3'], NOBODY, 'web')).stderr).toBe(
      'ping: permission denied (are you root?)\n',
    );
    m.kernel.setSysctl(m.spaces.web as number, 'net.ipv4.ping_group_range', '0 2147483647');
    for (const argv of [
      ['ping', '-c2', '172.17.0.3'],
      ['busybox', 'ping', '-c2', '172.17.0.3'],
    ]) {
      const r = await as(m, argv, NOBODY, 'web');
      expect(r).toMatchObject({ code: 0, stderr: '' });
      expect(r.stdout).toMatch(/2 packets transmitted, 2 (packets )?received, 0% packet loss/);
      expect(r.stdout).toMatch(/^64 bytes from 172\.17\.0\.3: (icmp_)?seq=1 ttl=64 time=/m);
    }
  });

  it('keep two pings apart and tell of errors', async () => {
    const m = await machine();
    m.kernel.setSysctl(m.spaces.web as number, 'net.ipv4.ping_group_range', '0 2147483647');
    const both = await Promise.all([
      as(m, ['ping', '-c3', '172.17.0.3'], NOBODY, 'web'),
      as(m, ['ping', '-c3', '172.17.0.1'], NOBODY, 'web'),
    ]);
    for (const r of both) expect(r.stdout).toContain('3 packets transmitted, 3 received, 0% packet loss');
    await m.sh('iptables -A INPUT -p icmp -s 172.17.0.2 -j REJECT --reject-with icmp-host-prohibited');
    const r = await as(m, ['ping', '-c1', '172.17.0.1'], NOBODY, 'web');
    expect(r.stdout).toContain('From 172.17.0.1 icmp_seq=1 Destination Host Prohibited\n');
    expect(r.stdout).toContain('1 packets transmitted, 0 received, +1 errors, 100% packet loss');
  });

  it('belong to their user for netfilter', async () => {
    const m = await machine();
    m.kernel.setSysctl(m.kernel.hostNetns, 'net.ipv4.ping_group_range', '0 2147483647');
    await m.sh('iptables -A OUTPUT -m owner --uid-owner 65534 -j ACCEPT');
    await as(m, ['ping', '-c2', '172.17.0.3'], NOBODY);
    await m.sh('ping -c1 172.17.0.3');
    expect((await m.sh('iptables -nvxL OUTPUT')).stdout).toMatch(/^ +2 +168 ACCEPT .*owner UID match 65534/m);
  });

  it('take only echo requests and only the range that makes sense', async () => {
    const m = await machine();
    await m.run(['sysctl', '-w', 'net.ipv4.ping_group_range=5 2']);
    expect((await m.sh('sysctl net.ipv4.ping_group_range')).stdout).toBe('net.ipv4.ping_group_range = 1\t0\n');
    m.kernel.setSysctl(m.kernel.hostNetns, 'net.ipv4.ping_group_range', '0 10');
    const r = await m.exec(async (sys) => {
      const fd = sys.socket('inet', 'dgram', 1);
      if (typeof fd !== 'number') return 1;
      const to = { ip: { v: 4, value: 0x7f000001 } } as const;
      const sent = await sys.sendto(fd, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0), to);
      const short = await sys.sendto(fd, Uint8Array.of(8, 0, 0, 0), to);
      const name = (e: unknown): string => (e as { name: string }).name;
      await sys.write(1, new TextEncoder().encode(`${name(sent)} ${name(short)}`));
      return 0;
    });
    expect(r.stdout).toBe('EINVAL EINVAL');
  });
});

describe('options of TCP', () => {
  it('are set and read by their names, and ss shows what they do', async () => {
    const m = await machine();
    const r = await m.run([
      'python3',
      '-c',
      `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
for o in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_CORK, socket.TCP_USER_TIMEOUT):
    before = s.getsockopt(socket.IPPROTO_TCP, o)
    s.setsockopt(socket.IPPROTO_TCP, o, 3)
    print(o, before, s.getsockopt(socket.IPPROTO_TCP, o))
print(s.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16))
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b'reno')
print(s.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16))
try:
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b'bbr')
except FileNotFoundError as e:
    print(e)
`,
    ]);
    expect(r.stderr).toBe('');
    expect(r.stdout).toBe(`4 7200 3
5 75 3
6 9 3
3 0 1
18 0 3
b'cubic\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00'
b'reno\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00'
[Errno 2] No such file or directory
`);
  });

  it('keepalive asks an idle peer, and ss -o tells when next', async () => {
    const m = await machine();
    const ns = { netns: m.spaces.web as number };
    m.start(['nc', '-l', '-p', '7000'], { ...ns, fds: [m.kernel.pipe()[0], m.kernel.pipe()[1], m.kernel.pipe()[1]] });
    await m.pass(1e8);
    const client = `
import socket, time
s = socket.create_connection(('172.17.0.2', 7000))
s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30)
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b'reno')
time.sleep(100)
`;
    m.start(['python3', '-c', client], { fds: [m.kernel.pipe()[0], m.kernel.pipe()[1], m.kernel.pipe()[1]] });
    await m.pass(10e9);
    const out = (await m.sh('ss -Htoni')).stdout;
    expect(out).toMatch(/ESTAB .* 172\.17\.0\.2:7000 +timer:\(keepalive,(19|20)(\.\d+)?s(ec)?,0\)/);
    expect(out).toMatch(/\n\t ts sack reno wscale:\d+,\d+ rto:\d+ rtt:[\d.]+\/[\d.]+ mss:1448 /);
    expect(out).toMatch(/ send \d+bps .*lastack:\d+ pacing_rate \d+bps delivered:1 /);
  });
});
