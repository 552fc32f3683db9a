/** Counters of IPv6 and the files below /proc/net, as the machine's programs read them. */
import { describe, expect, it } from 'vitest';
import { isErr } from '../../../src/linux/kernel/errno.ts';
import type { Sys } from '../../../src/linux/kernel/sys.ts';
import { makeMachine, type TestMachine } from './machine.ts';

const A = '2001:db8::2';
const B = '2001:db8::3';

/** web and cli with an IPv6 address each, and nothing to be told of any more. */
async function six(): Promise<TestMachine> {
  const m = await makeMachine();
  for (const [where, ip] of [
    ['web', A],
    ['cli', B],
  ] as const)
    await m.sh(`ip addr add ${ip}/64 dev eth0 nodad`, where);
  await m.pass(10e9);
  await m.sh('nstat -n', 'web');
  return m;
}

/** What nstat tells since it last ran, name → number. */
async function counted(m: TestMachine, where: string): Promise<Record<string, number>> {
  const { stdout } = await m.sh('nstat', where);
  return Object.fromEntries(
    stdout.split('\n').flatMap((l) => {
      const [name, n] = l.split(/ +/);
      return name && n && !name.startsWith('#') ? [[name, Number(n)]] : [];
    }),
  );
}

async function read(m: TestMachine, file: string): Promise<string> {
  let text = '';
  const body = async (sys: Sys): Promise<number> => {
    const bytes = sys.readFile(`/proc/net/${file}`);
    text = isErr(bytes) ? bytes.text : new TextDecoder().decode(bytes);
    return 0;
  };
  await m.exec(body, { request: { netns: m.spaces.web as number } });
  return text;
}

describe('counters of IPv6', () => {
  it('count messages by type, neighbours asked for, datagrams nobody wants', async () => {
    const m = await six();
    await m.sh(`ping -c 2 ${B}`, 'web');
    await m.sh(`nc -u -z -w 1 ${B} 9`, 'web');
    expect(await counted(m, 'web')).toMatchObject({
      Ip6OutRequests: 4,
      Ip6OutTransmits: 4,
      Ip6InDelivers: 4,
      Icmp6OutEchos: 2,
      Icmp6InEchoReplies: 2,
      Icmp6OutNeighborSolicits: 1,
      Icmp6InNeighborAdvertisements: 1,
      Icmp6InDestUnreachs: 1,
      Icmp6InType1: 1,
      Udp6OutDatagrams: 1,
    });
    expect((await m.sh('nstat -az Udp6NoPorts Icmp6OutDestUnreachs', 'cli')).stdout).toMatch(
      /Icmp6OutDestUnreachs +1 .*\nUdp6NoPorts +1 /,
    );
  });

  it('count what has no way, and what a rule stops', async () => {
    const m = await six();
    await m.sh('ping -c 1 2001:db8:1::1', 'web');
    await m.sh('ip6tables -A OUTPUT -p udp -j DROP', 'web');
    await m.sh(`nc -u -z -w 1 ${B} 9`, 'web');
    expect(await counted(m, 'web')).toMatchObject({ Ip6OutNoRoutes: 1, Ip6OutRequests: 1, Ip6OutDiscards: 1 });
  });

  it('count pieces: cut, and put together', async () => {
    const m = await six();
    await m.sh(`ping -c 1 -s 3000 ${B}`, 'web');
    expect(await counted(m, 'web')).toMatchObject({
      Ip6FragOKs: 1,
      Ip6FragCreates: 3,
      Ip6ReasmReqds: 3,
      Ip6ReasmOKs: 1,
    });
  });

  it('netstat -s -6 tells them in words, those of IPv4 are not among them', async () => {
    const m = await six();
    await m.sh(`ping -c 2 ${B}`, 'web');
    const { stdout } = await m.sh('netstat -s -6 -w', 'web');
    expect(stdout).toMatch(
      /^Ip6:\n {4}\d+ total packets received\n {4}0 incoming packets discarded\n {4}\d+ incoming packets delivered\n {4}0 forwarded\n/,
    );
    expect(stdout).toMatch(
      / {4}ICMP input histogram:\n {8}echo replies: 2\n {8}neighbour advertisement: 1\n {8}ICMP output histogram:\n {8}echo requests: 2\n/,
    );
    expect(stdout).not.toContain('Ip:');
  });
});

describe('/proc/net', () => {
  it('snmp6 has a line for each, also for what never happened', async () => {
    const m = await six();
    const lines = (await read(m, 'snmp6')).split('\n');
    expect(lines[0]).toMatch(/^Ip6InReceives {19}\t\d+$/);
    expect(lines).toContain(`${'Ip6ReasmTimeout'.padEnd(32)}\t0`);
    expect(lines).toContain(`${'UdpLite6MemErrors'.padEnd(32)}\t0`);
  });

  it('nf_conntrack tells what is tracked', async () => {
    const m = await six();
    await m.sh('iptables -A INPUT -m conntrack --ctstate NEW', 'web');
    await m.sh('ping -c 1 172.17.0.3', 'web');
    expect(await read(m, 'nf_conntrack')).toMatch(
      /^ipv4 {5}2 icmp {5}1 \d+ src=172\.17\.0\.2 dst=172\.17\.0\.3 type=8 code=0 id=\d+ src=172\.17\.0\.3 dst=172\.17\.0\.2 type=0 code=0 id=\d+ mark=0 zone=0 use=2\n$/,
    );
    expect(await read(m, 'stat/nf_conntrack')).toContain('\n00000001  00000000 ');
  });

  it('sockstat counts sockets of a namespace by kind', async () => {
    const m = await six();
    m.start(['busybox', 'httpd', '-f', '-p', '80'], { netns: m.spaces.web as number });
    await m.pass(1e8);
    expect(await read(m, 'sockstat6')).toContain('TCP6: inuse 1\nUDP6: inuse 0\n');
    expect(await read(m, 'sockstat')).toMatch(
      /^sockets: used 1\nTCP: inuse 0 orphan 0 tw 0 alloc 1 mem 0\nUDP: inuse 0 mem 0\n/,
    );
  });

  it('ipv6_route, if_inet6 and dev_mcast tell of IPv6', async () => {
    const m = await six();
    const zeros = '0'.repeat(32);
    await m.sh(`ip -6 route add default via ${B}`, 'web');
    const routes = await read(m, 'ipv6_route');
    const prefix = '20010db8000000000000000000000000';
    expect(routes).toContain(`${prefix} 40 ${zeros} 00 ${zeros} 00000100 00000001 00000000 00000001     eth0\n`);
    expect(routes).toContain(
      `${zeros} 00 ${zeros} 00 20010db8000000000000000000000003 00000400 00000001 00000000 00000003     eth0\n`,
    );
    expect(await read(m, 'if_inet6')).toMatch(/^20010db8000000000000000000000002 \d\d 40 00 82 {5}eth0$/m);
    expect(await read(m, 'dev_mcast')).toMatch(/^\d+ +eth0 +1 +0 +3333ff000002$/m);
  });

  it('ip_vs tells of services', async () => {
    const m = await six();
    await m.sh('ipvsadm -A -t 10.0.0.1:80 -s rr', 'web');
    await m.sh('ipvsadm -a -t 10.0.0.1:80 -r 172.17.0.3:8080 -m -w 2', 'web');
    expect(await read(m, 'ip_vs')).toContain(
      'TCP  0A000001:0050 rr \n  -> AC110003:1F90      Masq    2      0          0         \n',
    );
    expect(await read(m, 'ip_vs_stats')).toContain('\n       0        0        0                0                0\n');
  });
});
