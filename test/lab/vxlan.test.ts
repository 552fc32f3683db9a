/** A VXLAN between two machines of the lab, made by hand. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { bugs, makeLab } from '../rig.ts';

describe('a VXLAN made by hand', () => {
  let lab: Lab;

  const out = async (host: string, command: string): Promise<string> => {
    const { stdout, stderr } = await lab.run(host, command);
    expect(bugs(lab)).toEqual([]);
    return stdout + stderr;
  };

  beforeAll(async () => {
    lab = await makeLab();
    for (const [host, n, peer] of [
      ['node1', 1, 12],
      ['node2', 2, 11],
    ] as const)
      await out(
        host,
        `cat > /root/overlay.sh <<'END'
set -e
sysctl -qw net.ipv6.conf.default.disable_ipv6=1
ip link add vx0 type vxlan id 42 dstport 4789 remote 192.168.56.${peer} local 192.168.56.1${n} dev eth0
ip addr add 10.42.0.${n}/24 dev vx0
ip link set vx0 up
END
bash /root/overlay.sh`,
      );
  });

  it('carries pings, learns, and counts as Linux does', async () => {
    expect(await out('node1', 'ping -c2 10.42.0.2')).toContain('2 packets transmitted, 2 received, 0% packet loss');
    const fdb = await out('node1', 'bridge fdb show dev vx0');
    expect(fdb).toMatch(/^[0-9a-f:]{17} dst 192\.168\.56\.12 self \n/);
    expect(fdb).toContain('00:00:00:00:00:00 dst 192.168.56.12 via eth0 self permanent\n');
    const learned = await out('node1', 'bridge fdb show dev vx0 dynamic');
    expect(learned).toMatch(/^[0-9a-f:]{17} dst 192\.168\.56\.12 self \n$/);
    expect(await out('node1', 'ip -s link show vx0')).toMatch(/RX: {2}bytes.*\n +196 +3 /);
  });

  it('is shown as iproute2 shows it', async () => {
    const text = await out('node1', 'ip -d link show vx0');
    expect(text).toContain('vx0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN');
    expect(text).toContain(
      'vxlan id 42 remote 192.168.56.12 local 192.168.56.11 dev eth0 srcport 0 0 dstport 4789 ttl auto ageing 300 reserved_bits 0xf7ffffff000000ff addrgenmode',
    );
    expect(JSON.parse(await out('node1', 'ip -j -d link show vx0'))[0].linkinfo).toMatchObject({
      info_kind: 'vxlan',
      info_data: { id: 42, remote: '192.168.56.12', local: '192.168.56.11', link: 'eth0', port: 4789, learning: true },
    });
    expect(await out('node1', 'ss -Hulnp sport = :4789')).toMatch(/^UNCONN 0 +0 +0\.0\.0\.0:4789 +0\.0\.0\.0:\* *\n$/);
  });

  it('is seen on the wire by tcpdump', async () => {
    const text = await out(
      'node1',
      '(sleep 1; ping -c1 10.42.0.2 >/dev/null) & tcpdump -c2 -nvt -i eth0 udp port 4789 2>/dev/null',
    );
    expect(text).toMatch(/192\.168\.56\.11\.\d+ > 192\.168\.56\.12\.4789: VXLAN, flags \[I\] \(0x08\), vni 42\n/);
    expect(text).toContain('10.42.0.1 > 10.42.0.2: ICMP echo request');
    expect(text).toMatch(/proto UDP \(17\), length 134\)/);
  });

  it('carries TCP over a bad link', async () => {
    await out('node1', 'tc qdisc add dev eth0 root netem delay 20ms 5ms loss 5% seed 3');
    await out('node2', 'seq 20000 > big; nc -l -p 7000 < big & sleep 0.2');
    expect(await out('node1', 'nc -w 20 10.42.0.2 7000 < /dev/null | tail -n1')).toBe('20000\n');
    expect(await out('node1', 'tc -s qdisc show dev eth0')).toMatch(/dropped [1-9]\d*, overlimits 0/);
    await out('node1', 'tc qdisc del dev eth0 root');
  });

  it('refuses what Linux refuses', async () => {
    expect(await out('node1', 'ip link add vx1 type vxlan id 42 dstport 4789')).toBe(
      'Error: A VXLAN device with the specified VNI already exists.\n',
    );
    expect(await out('node1', 'ip link set vx0 mtu 1500')).toBe('RTNETLINK answers: Invalid argument\n');
    expect(await out('node1', 'ip link set vx0 type vxlan id 99')).toBe('Error: Cannot change VNI.\n');
    expect(await out('node1', 'ip link set lo type vxlan id 99')).toBe('RTNETLINK answers: Operation not supported\n');
    expect(await out('node1', 'ip link add foo type nosuch')).toBe('Error: Unknown device type.\n');
    expect(await out('node1', 'ip link add b type vxlan id 16777216 dstport 4789')).toBe(
      'Error: argument "16777216" is wrong: invalid id\n',
    );
    expect(await out('node1', 'bridge fdb add 02:00:00:00:00:05 dev vx0')).toBe(
      'RTNETLINK answers: Invalid argument\n',
    );
    expect(await out('node1', 'ip link del vx0; ip link show vx0')).toBe('Device "vx0" does not exist.\n');
  });
});

describe('macvlan, VLANs and bridges by hand', () => {
  let lab: Lab;
  const out = async (host: string, command: string): Promise<string> => {
    const { stdout, stderr } = await lab.run(host, command);
    expect(bugs(lab)).toEqual([]);
    return stdout + stderr;
  };
  beforeAll(async () => {
    lab = await makeLab();
  });

  it('a macvlan in another namespace reaches the LAN and not its host', async () => {
    await out('node1', 'ip netns add box; ip link add link eth0 name m0 netns box type macvlan mode bridge');
    await out('node1', 'ip -n box addr add 192.168.56.77/24 dev m0; ip -n box link set m0 up');
    expect(await out('node1', 'ip netns exec box ping -c1 192.168.56.12')).toContain(' 0% packet loss');
    expect(await out('node1', 'ip netns exec box ping -c1 -W1 192.168.56.11')).toContain('100% packet loss');
    expect(await out('node1', 'ip -n box -d link show m0')).toMatch(
      /m0@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> .* link-netnsid \d+ .*\n {4}macvlan mode bridge bcqueuelen 1000 usedbcqueuelen 1000 /s,
    );
    expect(await out('node1', 'ip link add m1 type macvlan mode bridge')).toBe('RTNETLINK answers: Invalid argument\n');
  });

  it('a VLAN between two machines has its tag on the wire', async () => {
    for (const n of [1, 2])
      await out(
        `node${n}`,
        `sysctl -qw net.ipv6.conf.default.disable_ipv6=1; ip link add link eth0 name eth0.10 type vlan id 10; ip addr add 10.10.0.${n}/24 dev eth0.10; ip link set eth0.10 up`,
      );
    expect(await out('node1', 'ping -c1 10.10.0.2')).toContain(' 0% packet loss');
    const text = await out(
      'node1',
      '(sleep 1; ping -c1 10.10.0.2 >/dev/null) & tcpdump -c2 -nte -i eth0 vlan 2>/dev/null',
    );
    expect(text).toMatch(
      /ethertype 802\.1Q \(0x8100\), length 102: vlan 10, p 0, ethertype IPv4 \(0x0800\), 10\.10\.0\.1 > 10\.10\.0\.2: ICMP echo request/,
    );
    expect(await out('node1', 'ip -d link show eth0.10')).toMatch(
      /eth0\.10@eth0: .*\n.* minmtu 0 maxmtu 65535 \n {4}vlan protocol 802\.1Q id 10 <REORDER_HDR> /,
    );
  });

  it('bridge and brctl set ports, entries and ageing, and show them', async () => {
    await out('node1', 'ip link add br9 type bridge; ip link add q0 type veth peer name q1');
    expect(await out('node1', 'ip -d link show br9')).toContain('bridge_id 8000.0:0:0:0:0:0 ');
    await out('node1', 'ip link set q0 master br9; ip link set q0 up; ip link set q1 up; ip link set br9 up');
    const mac = (await out('node1', 'cat /sys/class/net/q0/address')).trim();
    expect((await out('node1', 'cat /sys/class/net/br9/address')).trim()).toBe(mac);
    await out('node1', 'bridge fdb add 02:00:00:00:00:11 dev q0 master');
    await out('node1', 'bridge fdb add 02:00:00:00:00:12 dev q0 master static');
    await out('node1', 'bridge fdb add 02:00:00:00:00:13 dev q0 master dynamic');
    expect(await out('node1', 'bridge fdb add 02:00:00:00:00:12 dev q0 master static')).toBe(
      'RTNETLINK answers: File exists\n',
    );
    const fdb = await out('node1', 'bridge fdb show brport q0 | grep 02:00:00:00:00:1');
    expect(fdb).toBe(
      '02:00:00:00:00:13 master br9 \n02:00:00:00:00:12 master br9 static\n02:00:00:00:00:11 master br9 permanent\n',
    );
    await out('node1', 'bridge link set dev q0 hairpin on isolated on learning off flood off');
    expect(await out('node1', 'bridge -d link show dev q0')).toContain(
      '    hairpin on guard off root_block off fastleave off learning off flood off mcast_flood on bcast_flood on mcast_router 1',
    );
    await out('node1', 'brctl setageing br9 15');
    expect(await out('node1', 'ip -d link show br9')).toContain(' ageing_time 1500 ');
    expect(await out('node1', 'ip link set br9 type bridge group_fwd_mask 1')).toBe(
      'RTNETLINK answers: Invalid argument\n',
    );
    expect(await out('node1', 'bridge link set dev q1 learning off')).toBe(
      'RTNETLINK answers: Operation not supported\n',
    );
  });
});
