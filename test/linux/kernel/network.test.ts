import { describe, expect, it } from 'vitest';
import type { IpAddr, Prefix } from '../../../src/base/ip.ts';
import { formatIp, formatPrefix, parseIp, parsePrefix } from '../../../src/base/ip.ts';
import { isErr } from '../../../src/linux/kernel/errno.ts';
import type { NetAdmin, NetnsKey, Route } from '../../../src/linux/kernel/netadmin.ts';
import type { Sys } from '../../../src/linux/kernel/sys.ts';
import { makeRig, type Rig, text, utf8 } from './rig.ts';

const ip = (s: string): IpAddr => parseIp(s) as IpAddr;
const net = (s: string): Prefix => parsePrefix(s) as Prefix;
const say = (sys: Sys, line: string): Promise<unknown> => sys.write(1, utf8(`${line}\n`));
const tell = async (sys: Sys, line: string): Promise<number> => {
  await say(sys, line);
  return 0;
};
const route = (r: Route): string =>
  `${r.type} ${r.dst ? formatPrefix(r.dst) : 'default'}${r.via ? ` via ${formatIp(r.via)}` : ''} scope ${r.scope}${r.src ? ` src ${formatIp(r.src)}` : ''}${r.linkdown ? ' linkdown' : ''}`;

/** A docker-like bridge in the machine with two containers' namespaces on it. */
function bridged(rig: Rig): { host: NetAdmin; a: NetnsKey; b: NetnsKey } {
  const { kernel } = rig;
  const host = kernel.net(kernel.hostNetns);
  host.setLink('lo', { up: true });
  host.addBridge('br0', { mac: 0x020000000001 });
  host.addAddr('br0', net('172.17.0.1/16'));
  host.setLink('br0', { up: true });
  const spaces = [2, 3].map((n) => {
    const ns = kernel.netnsAdd();
    const inner = kernel.net(ns);
    host.addVeth(`veth${n}`, { name: 'eth0', netns: ns });
    host.setLink(`veth${n}`, { master: 'br0', up: true });
    inner.setLink('lo', { up: true });
    inner.addAddr('eth0', net(`172.17.0.${n}/16`));
    inner.setLink('eth0', { up: true });
    inner.addRoute({ family: 4, via: ip('172.17.0.1') });
    return ns;
  });
  return { host, a: spaces[0] as NetnsKey, b: spaces[1] as NetnsKey };
}

async function echo(sys: Sys): Promise<number> {
  const fd = sys.socket('inet', 'stream') as number;
  const bound = sys.bind(fd, { port: 5000 });
  if (isErr(bound)) return 2;
  sys.listen(fd, 5);
  for (;;) {
    const conn = await sys.accept(fd);
    if (isErr(conn)) return 1;
    const got = (await sys.read(conn.fd)) as Uint8Array;
    await sys.write(conn.fd, utf8(`${formatIp(conn.peer.ip as IpAddr)} said ${text(got)}`));
    sys.close(conn.fd);
  }
}

async function ask(sys: Sys, to: string, port: number): Promise<string> {
  const fd = sys.socket('inet', 'stream') as number;
  const err = await sys.connect(fd, { ip: ip(to), port });
  if (isErr(err)) return err.name;
  await sys.write(fd, utf8('hello'));
  let out = '';
  for (;;) {
    const bytes = await sys.read(fd);
    if (isErr(bytes)) return bytes.name;
    if (bytes.length === 0) break;
    out += text(bytes);
  }
  sys.close(fd);
  return out;
}

describe('links, addresses and routes', () => {
  it('number interfaces by namespace and give addresses their routes', async () => {
    const rig = await makeRig({ network: true });
    const { host, a } = bridged(rig);
    const inner = rig.kernel.net(a);
    expect(host.links().map((l) => `${l.ifindex} ${l.name} ${l.kind} ${l.up} ${l.carrier}`)).toEqual([
      '1 lo loopback true true',
      '2 br0 bridge true true',
      '3 veth2 veth true true',
      '4 veth3 veth true true',
    ]);
    expect(inner.links().map((l) => `${l.ifindex} ${l.name} ${l.peerIfindex} ${l.peerNetnsId}`)).toEqual([
      '1 lo undefined undefined',
      '2 eth0 3 0',
    ]);
    expect(inner.routes(4).map(route)).toEqual([
      'unicast default via 172.17.0.1 scope global',
      'unicast 172.17.0.0/16 scope link src 172.17.0.2',
    ]);
    expect(inner.routes(4, 255).map(route)).toEqual([
      'local 127.0.0.0/8 scope host src 127.0.0.1',
      'local 127.0.0.1/32 scope host src 127.0.0.1',
      'broadcast 127.255.255.255/32 scope link src 127.0.0.1',
      'local 172.17.0.2/32 scope host src 172.17.0.2',
      'broadcast 172.17.255.255/32 scope link src 172.17.0.2',
    ]);
    inner.setLink('eth0', { up: false });
    expect(inner.routes(4)).toEqual([]);
    host.delLink('veth2');
    expect(inner.link('eth0')).toBeUndefined();
  });

  it('show a bridge without ports as linkdown', async () => {
    const rig = await makeRig({ network: true });
    const host = rig.kernel.net(rig.kernel.hostNetns);
    host.addBridge('br0');
    host.addAddr('br0', net('172.18.0.1/16'));
    host.setLink('br0', { up: true });
    expect(host.link('br0')?.carrier).toBe(false);
    expect(host.routes(4).map(route)).toEqual(['unicast 172.18.0.0/16 scope link src 172.18.0.1 linkdown']);
  });
});

describe('sockets', () => {
  it('carry TCP between two namespaces over a bridge', async () => {
    const rig = await makeRig({ network: true });
    const { a, b } = bridged(rig);
    rig.program('echo', echo);
    rig.start(['echo'], { netns: b });
    const { stdout } = await rig.exec(
      async (sys) => {
        await say(sys, await ask(sys, '172.17.0.3', 5000));
        await say(sys, await ask(sys, '172.17.0.3', 81));
        await say(sys, await ask(sys, '203.0.113.1', 81));
        return 0;
      },
      { request: { netns: a } },
    );
    expect(stdout).toBe('172.17.0.2 said hello\nECONNREFUSED\nETIMEDOUT\n');
  });

  it('are listed with who holds them', async () => {
    const rig = await makeRig({ network: true });
    rig.kernel.net(rig.kernel.hostNetns).setLink('lo', { up: true });
    rig.program('echo', echo);
    const p = rig.start(['echo']);
    await rig.pass(1e9);
    const found = rig.kernel.net(rig.kernel.hostNetns).sockets();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      netid: 'tcp',
      state: 'LISTEN',
      local: { port: 5000 },
      users: [{ comm: 'echo', pid: p.pid, fd: 3 }],
    });
    const { stdout } = await rig.exec(async (sys) => {
      await say(
        sys,
        text(sys.readFile('/proc/net/tcp') as Uint8Array)
          .split('\n')[1]
          ?.trim()
          .slice(0, 33) ?? '',
      );
      await say(sys, text(sys.readFile('/proc/net/dev') as Uint8Array).split('\n')[2] ?? '');
      await say(sys, await ask(sys, '127.0.0.1', 5000));
      return 0;
    });
    const idle =
      '    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0';
    expect(stdout).toBe(`0: 00000000:1388 00000000:0000 0A\n${idle}\n127.0.0.1 said hello\n`);
  });

  it('carry datagrams and raw ICMP', async () => {
    const rig = await makeRig({ network: true });
    const { a, b } = bridged(rig);
    rig.program('udp', async (sys) => {
      const fd = sys.socket('inet', 'dgram') as number;
      sys.bind(fd, { port: 53 });
      const d = await sys.recvfrom(fd);
      if (isErr(d)) return 1;
      await sys.sendto(fd, utf8(`got ${text(d.data)}`), d.from);
      return 0;
    });
    rig.start(['udp'], { netns: b });
    const { stdout } = await rig.exec(
      async (sys) => {
        const fd = sys.socket('inet', 'dgram') as number;
        await sys.sendto(fd, utf8('x'), { ip: ip('172.17.0.3'), port: 53 });
        const d = await sys.recvfrom(fd);
        await say(sys, isErr(d) ? d.name : `${text(d.data)} from ${formatIp(d.from.ip as IpAddr)}:${d.from.port}`);
        const raw = sys.socket('inet', 'raw', 1) as number;
        const echoRequest = new Uint8Array([8, 0, 0xf7, 0xfd, 0, 1, 0, 1]);
        await sys.sendto(raw, echoRequest, { ip: ip('172.17.0.1') });
        const reply = await sys.recvfrom(raw);
        await say(sys, isErr(reply) ? reply.name : `${reply.data[0]} type ${reply.data[20]} ttl ${reply.ttl}`);
        return 0;
      },
      { request: { netns: a } },
    );
    expect(stdout).toBe('got x from 172.17.0.3:53\n69 type 0 ttl 64\n');
  });

  it('let frames be captured', async () => {
    const rig = await makeRig({ network: true });
    const { a, b } = bridged(rig);
    // IPv6 addresses under trial make frames too.
    for (const ns of [rig.kernel.hostNetns, a, b]) rig.kernel.setSysctl(ns, 'net.ipv6.conf.all.disable_ipv6', '1');
    rig.program('dump', async (sys) => {
      const c = sys.capture('br0', 262144, true);
      if (isErr(c)) return 1;
      for (let i = 0; i < 2; i++) {
        const f = await c.read();
        if (isErr(f)) return 1;
        await say(sys, `${f.ifname} ${f.direction} ${f.arphrd} ${f.bytes[12]},${f.bytes[13]}`);
      }
      return 0;
    });
    const out = rig.kernel.pipe();
    const p = rig.start(['dump'], { fds: [undefined, out[1]] });
    await rig.pass(1e8);
    await rig.exec(
      async (sys) => {
        const fd = sys.socket('inet', 'dgram') as number;
        await sys.sendto(fd, utf8('x'), { ip: ip('172.17.0.1'), port: 9 });
        return 0;
      },
      { request: { netns: a } },
    );
    await rig.until(p.exited);
    expect(await rig.drain(out[0])).toBe('br0 B 1 8,6\nbr0 Out 1 8,6\n');
  });
});

describe('netfilter', () => {
  it('publishes a port by DNAT and counts what matched', async () => {
    const rig = await makeRig({ network: true });
    const { host, a, b } = bridged(rig);
    rig.kernel.setSysctl(rig.kernel.hostNetns, 'net.ipv4.ip_forward', '1');
    expect(host.nfTables(4)).toEqual([]);
    host.nfNewChain(4, 'nat', 'DOCKER');
    const is = <T>(value: T): { value: T; not: boolean } => ({ value, not: false });
    host.nfInsert(4, 'nat', 'DOCKER', {
      proto: is(6),
      dport: is({ from: 8080, to: 8080 }),
      modules: ['tcp'],
      target: { kind: 'DNAT', ip: ip('172.17.0.3'), ports: { from: 5000, to: 5000 } },
    });
    const jump = {
      dstType: is('LOCAL' as const),
      modules: ['addrtype'],
      target: { kind: 'jump' as const, chain: 'DOCKER' },
    };
    expect(host.nfInsert(4, 'nat', 'PREROUTING', jump)).toBe(0);
    expect(host.nfInsert(4, 'nat', 'OUTPUT', { ...jump, target: { kind: 'jump', chain: 'NONE' } })).toMatchObject({
      name: 'ENOENT',
    });
    host.nfInsert(4, 'nat', 'POSTROUTING', {
      src: is(net('172.17.0.0/16')),
      modules: [],
      target: { kind: 'MASQUERADE' },
    });
    expect(host.nfDelChain(4, 'nat', 'DOCKER')).toMatchObject({ name: 'ENOTEMPTY' });
    rig.program('echo', echo);
    rig.start(['echo'], { netns: b });
    const { stdout } = await rig.exec(async (sys) => tell(sys, await ask(sys, '172.17.0.1', 8080)), {
      request: { netns: a },
    });
    expect(stdout).toBe('172.17.0.1 said hello\n');
    const chains = host.nfChains(4, 'nat');
    expect(chains.map((c) => `${c.name} ${c.policy} ${c.references}`)).toEqual([
      'PREROUTING ACCEPT 0',
      'INPUT ACCEPT 0',
      'OUTPUT ACCEPT 0',
      'POSTROUTING ACCEPT 0',
      'DOCKER undefined 1',
    ]);
    expect(chains[4]?.rules.map((r) => [r.packets, r.bytes])).toEqual([[1, 60]]);
    expect(host.nfTables(4)).toEqual(['nat']);
    expect(host.nfFind(4, 'nat', 'PREROUTING', jump)).toBe(0);
    const conn = host.conntrack().find((e) => e.original.dport === 8080);
    expect(conn && formatIp(conn.reply.src)).toBe('172.17.0.3');
    expect(host.conntrackDelete((e) => e.original.dport === 8080)).toBe(1);
  });
});

describe('network namespaces', () => {
  it('are entered by path and go with their last holder', async () => {
    const rig = await makeRig({ network: true });
    const { host, a } = bridged(rig);
    rig.kernel.netnsName(a, '/run/docker/netns/abc');
    rig.program('ifaces', async (sys) => {
      const own = sys.net.addrs().map((x) => formatPrefix(x.prefix));
      return tell(sys, own.filter((x) => !x.startsWith('fe80')).join(' '));
    });
    const { stdout } = await rig.exec(async (sys) => {
      const pid = sys.spawn('/usr/bin/ifaces', { argv: ['ifaces'], netns: '/run/docker/netns/abc' });
      await sys.wait(pid as number);
      await say(sys, String(sys.readlink('/proc/self/ns/net')).replace(/\d+/, 'N'));
      return 0;
    });
    expect(stdout).toBe('127.0.0.1/8 ::1/128 172.17.0.2/16\nnet:[N]\n');
    rig.kernel.netnsDel(a);
    expect(host.link('veth2')).toBeDefined();
    rig.kernel.netnsUnname('/run/docker/netns/abc');
    expect(host.link('veth2')).toBeUndefined();
  });
});
