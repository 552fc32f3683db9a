/** What changes is told as it changes: `ip monitor`, `bridge monitor`; and what IP and ICMP count. */
import { describe, expect, it } from 'vitest';
import { isErr } from '../../../src/linux/kernel/errno.ts';
import { SIGNALS } from '../../../src/linux/kernel/signal.ts';
import type { Sys } from '../../../src/linux/kernel/sys.ts';
import { makeMachine, prefix, type TestMachine } from './machine.ts';

/** Starts a monitor. @returns ends it and gives what it printed, MACs aside */
function watch(m: TestMachine, line: string): () => Promise<string> {
  const [outR, outW] = m.kernel.pipe();
  const p = m.start(line.split(' '), { fds: [m.kernel.pipe()[0], outW, outW] });
  return async () => {
    await m.pass(1e8);
    m.kernel.kill(p.pid, SIGNALS.SIGINT);
    const [, out] = await m.until(Promise.all([p.exited, m.drain(outR)]));
    return out.replace(/([0-9a-f]{2}:){5}[0-9a-f]{2}(?= brd)/g, 'MAC').replace(/fe80::[0-9a-f:]+/g, 'LL');
  };
}

describe('ip monitor', () => {
  it('tells of a pair of devices from its beginning to its end, as iproute2 prints it', async () => {
    const m = await makeMachine();
    await m.pass(3e9);
    const end = watch(m, 'ip -4 monitor all');
    await m.pass(1e8);
    for (const line of [
      'ip link add a0 type veth peer name a1',
      'ip addr add 10.9.0.1/24 dev a0',
      'ip link set a0 up',
      'ip link set a1 up',
      'ip route add 10.10.0.0/16 via 10.9.0.2',
      'ip rule add from 10.9.0.1 table 100',
      'ip link set a0 down',
      'ip link del a0',
    ])
      expect((await m.sh(line)).stderr).toBe('');
    const up = '    link/ether MAC brd ff:ff:ff:ff:ff:ff\n';
    expect(await end()).toBe(
      `[LINK]5: a1@NONE: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default 
${up}[LINK]6: a0@a1: <BROADCAST,MULTICAST,M-DOWN> mtu 1500 qdisc noop state DOWN group default 
${up}[ADDR]6: a0    inet 10.9.0.1/24 scope global a0
       valid_lft forever preferred_lft forever
[LINK]6: a0@a1: <NO-CARRIER,BROADCAST,MULTICAST,UP,M-DOWN> mtu 1500 qdisc noqueue state LOWERLAYERDOWN group default 
${up}[ROUTE]local 10.9.0.1 dev a0 table local proto kernel scope host src 10.9.0.1 
[ROUTE]10.9.0.0/24 dev a0 proto kernel scope link src 10.9.0.1 
[ROUTE]broadcast 10.9.0.255 dev a0 table local proto kernel scope link src 10.9.0.1 
[LINK]5: a1@a0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default 
${up}[LINK]5: a1@a0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default 
${up}[LINK]6: a0@a1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default 
${up}[ROUTE]10.10.0.0/16 via 10.9.0.2 dev a0 
[RULE]32765:	from 10.9.0.1 lookup 100
[LINK]6: a0@a1: <BROADCAST,MULTICAST> mtu 1500 qdisc noqueue state DOWN group default 
${up}[LINK]5: a1@a0: <NO-CARRIER,BROADCAST,MULTICAST,UP,M-DOWN> mtu 1500 qdisc noqueue state LOWERLAYERDOWN group default 
${up}[LINK]5: a1@a0: <BROADCAST,MULTICAST,M-DOWN> mtu 1500 qdisc noqueue state DOWN group default 
${up}[ADDR]Deleted 6: a0    inet 10.9.0.1/24 scope global a0
       valid_lft forever preferred_lft forever
[LINK]Deleted 6: a0@a1: <BROADCAST,MULTICAST,M-DOWN> mtu 1500 qdisc noqueue state DOWN group default 
${up}[LINK]Deleted 5: a1@a0: <BROADCAST,MULTICAST,M-DOWN> mtu 1500 qdisc noqueue state DOWN group default 
${up}`,
    );
  });

  it('tells of neighbours: answered, grown stale, probed, failed, deleted', async () => {
    const m = await makeMachine();
    await m.pass(3e9);
    const end = watch(m, 'ip monitor neigh');
    await m.pass(1e8);
    await m.sh('ping -c 1 web');
    await m.pass(60e9);
    await m.sh('ping -c 1 web');
    await m.pass(8e9);
    await m.sh('ping -c 1 -W 4 172.17.0.99');
    await m.sh('ip neigh del 172.17.0.2 dev docker0');
    const told = (await end()).replace(/lladdr ([0-9a-f]{2}:){5}[0-9a-f]{2}/g, 'lladdr MAC').split('\n');
    const web = (state: string): string => `172.17.0.2 dev docker0 lladdr MAC ${state} `;
    expect(told.filter((l) => l !== '')).toEqual([
      web('REACHABLE'),
      web('STALE'),
      web('PROBE'),
      web('REACHABLE'),
      '172.17.0.99 dev docker0 FAILED ',
      '172.17.0.2 dev docker0 FAILED ',
      'Deleted 172.17.0.2 dev docker0 FAILED ',
    ]);
  });

  it('an IPv6 address is told of when its trial is over; -ts stamps; only what is asked for is told', async () => {
    const m = await makeMachine();
    await m.pass(3e9);
    const end = watch(m, 'ip -ts monitor address');
    await m.pass(1e8);
    await m.sh('ip addr add 2001:db8::7/64 dev docker0');
    await m.pass(3e9);
    expect((await end()).replace(/^\[[0-9-]+T[0-9:]+\.\d{6}\] /, 'AT ')).toBe(
      'AT 2: docker0    inet6 2001:db8::7/64 scope global \n       valid_lft forever preferred_lft forever\n',
    );
    const wrong = await m.sh('ip monitor foo');
    expect([wrong.stderr, wrong.code]).toEqual(['Argument "foo" is unknown, try "ip monitor help".\n', 255]);
  });
});

describe('bridge monitor', () => {
  it('tells of ports and of MACs that are learned and forgotten', async () => {
    const m = await makeMachine();
    await m.pass(3e9);
    const end = watch(m, 'bridge monitor');
    await m.pass(1e8);
    await m.sh('ip link add p0 type veth peer name p1');
    await m.sh('ip link set p0 master docker0 up');
    await m.sh('ip link set p1 up');
    await m.sh('ip link del p0');
    const told = (await end())
      .replace(/^([0-9a-f]{2}:){5}[0-9a-f]{2}/gm, 'MAC')
      .replace(/^Deleted ([0-9a-f]{2}:){5}[0-9a-f]{2}/gm, 'Deleted MAC');
    expect(told.split('\n').map((l) => l.trimEnd())).toEqual([
      'MAC dev p0 master docker0 permanent',
      '6: p0@p1: <BROADCAST,MULTICAST> mtu 1500 master docker0 state disabled priority 32 cost 2',
      '6: p0@p1: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 master docker0 state disabled priority 32 cost 2',
      '6: p0@p1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 master docker0 state forwarding priority 32 cost 2',
      '6: p0@p1: <BROADCAST,MULTICAST> mtu 1500 master docker0 state disabled priority 32 cost 2',
      'Deleted MAC dev p0 master docker0 permanent',
      'Deleted 6: p0@p1: <BROADCAST,MULTICAST> mtu 1500 master docker0 state disabled priority 32 cost 2',
      '',
    ]);
  });
});

it('who does not read is told that events were lost, and how it went on', async () => {
  const m = await makeMachine();
  const body = async (sys: Sys): Promise<number> => {
    const events = sys.networkEvents();
    if (isErr(events)) return 1;
    for (let i = 0; i < 2100; i++) {
      sys.net.addAddr('lo', prefix('192.0.2.1/32'));
      sys.net.delAddr('lo', prefix('192.0.2.1/32'));
    }
    const first = await events.read();
    expect(isErr(first) && first.name).toBe('ENOBUFS');
    const second = await events.read();
    expect(!isErr(second) && second.gone).toBe(false);
    return 0;
  };
  await m.exec(body, {});
});

describe('counters of IP and ICMP', () => {
  it('count what the core does, in the words of netstat', async () => {
    const m = await makeMachine();
    await m.sh('ping -c 3 web');
    await m.sh('nc -u -z -w 1 web 9');
    const { stdout } = await m.sh('netstat -s', 'web');
    expect(stdout).toContain(`Ip:
    Forwarding: 2
    4 total packets received
    0 forwarded
    0 incoming packets discarded
    4 incoming packets delivered
    4 requests sent out
    OutTransmits: 4
Icmp:
    3 ICMP messages received
    0 input ICMP message failed
    ICMP input histogram:
        echo requests: 3
    4 ICMP messages sent
    0 ICMP messages failed
    ICMP output histogram:
        destination unreachable: 1
        echo replies: 3
IcmpMsg:
        InType8: 3
        OutType0: 3
        OutType3: 1
Tcp:
`);
    expect((await m.sh('nstat -az IpInReceives IpExtInOctets', 'web')).stdout).toMatch(
      /IpInReceives {20}4 .*\nIpExtInOctets {19}\d+ /,
    );
  });

  it('count what is forwarded, what has no way, and what lived too long', async () => {
    const m = await makeMachine();
    await m.sh('sysctl -w net.ipv4.ip_forward=1');
    await m.sh('ping -c 1 -t 1 10.1.2.3', 'web');
    await m.sh('ping -c 1 10.1.2.3', 'web');
    await m.sh('ping -c 1 10.1.2.3');
    const { stdout } = await m.sh('nstat -az IpInHdrErrors IpExtInNoRoutes IpOutNoRoutes IcmpOutDestUnreachs');
    expect(stdout.split('\n').map((l) => l.split(/ +/).slice(0, 2).join(' '))).toEqual([
      '#kernel',
      'IpInHdrErrors 0',
      'IpOutNoRoutes 1',
      'IcmpOutDestUnreachs 2',
      'IpExtInNoRoutes 2',
      '',
    ]);
  });
});
