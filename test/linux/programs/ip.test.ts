import { describe, expect, it } from 'vitest';
import { makeMachine } from './machine.ts';

describe('ip', () => {
  it('prints links and addresses as iproute2 does', async () => {
    const m = await makeMachine();
    expect((await m.sh('ip addr show docker0')).stdout).toBe(
      `2: docker0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 0
    link/ether 22:a4:9f:7e:0a:1e brd ff:ff:ff:ff:ff:ff
    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0
       valid_lft forever preferred_lft forever
    inet6 fe80::20a4:9fff:fe7e:a1e/64 scope link proto kernel_ll 
       valid_lft forever preferred_lft forever
`,
    );
    expect((await m.sh('ip -br a show lo')).stdout).toBe('lo               UNKNOWN        127.0.0.1/8 ::1/128 \n');
    expect((await m.sh('ip -o -4 a', 'web')).stdout).toBe(
      `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: eth0    inet 172.17.0.2/16 brd 172.17.255.255 scope global eth0\\       valid_lft forever preferred_lft forever
`,
    );
    const json = JSON.parse((await m.sh('ip -j addr show lo')).stdout);
    expect(json[0].addr_info[0].local).toBe('127.0.0.1');
  });

  it('shows a veth whose peer is elsewhere with its number and the other namespace', async () => {
    const m = await makeMachine();
    expect((await m.sh('ip link show vethweb')).stdout).toMatch(
      /^3: vethweb@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue master docker0 state UP mode DEFAULT group default qlen 0\n {4}link\/ether \S+ brd ff:ff:ff:ff:ff:ff link-netnsid 0\n$/,
    );
    // bridge(8) looks the number up at home
    expect((await m.sh('bridge link')).stdout.split('\n')[0]).toBe(
      '3: vethweb@docker0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 master docker0 state forwarding priority 32 cost 2 ',
    );
  });

  it('prints and changes routes', async () => {
    const m = await makeMachine();
    expect((await m.sh('ip r', 'web')).stdout).toBe(
      'default via 172.17.0.1 dev eth0 \n172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.0.2 \n',
    );
    expect((await m.sh('busybox ip route', 'web')).stdout).toBe(
      'default via 172.17.0.1 dev eth0 \n172.17.0.0/16 dev eth0 scope link  src 172.17.0.2 \n',
    );
    expect(await m.sh('ip route add 10.50.0.0/16 via 172.17.0.3')).toMatchObject({ code: 0, stderr: '' });
    expect((await m.sh('ip route get 10.50.1.1')).stdout).toBe(
      '10.50.1.1 via 172.17.0.3 dev docker0 src 172.17.0.1 uid 0 \n    cache \n',
    );
    expect((await m.sh('ip route show dev docker0')).stdout).toContain('10.50.0.0/16 via 172.17.0.3 \n');
    expect(await m.sh('ip route add 10.50.0.0/16 via 172.17.0.3')).toMatchObject({
      code: 2,
      stderr: 'RTNETLINK answers: File exists\n',
    });
    expect((await m.sh('ip route del 10.50.0.0/16')).code).toBe(0);
    await m.sh('ip route add 10.50.0.0/16 via 172.17.0.3 mtu lock 1400 advmss 1360');
    expect((await m.sh('ip route show 10.50.0.0/16')).stdout).toBe(
      '10.50.0.0/16 via 172.17.0.3 dev docker0 mtu lock 1400 advmss 1360 \n',
    );
    expect((await m.sh('ip route get 10.50.1.1')).stdout).toBe(
      '10.50.1.1 via 172.17.0.3 dev docker0 src 172.17.0.1 uid 0 \n    cache mtu lock 1400 advmss 1360 \n',
    );
    expect((await m.sh('ip -j route show 10.50.0.0/16')).stdout).toContain('"metrics":[{"mtu":1400,"advmss":1360}]');
    await m.sh('ip route replace 10.50.0.0/16 via 172.17.0.3 advmss lock 500 mtu 99999');
    expect((await m.sh('ip route get 10.50.1.1')).stdout).toContain('cache mtu 65520 advmss lock 500 \n');
    expect((await m.sh('ip route add 10.51.0.0/16 via 172.17.0.3 mtu x')).stderr).toBe(
      'Error: argument "x" is wrong: "mtu" value is invalid\n\n',
    );
    expect((await m.sh('ip route del 10.50.0.0/16')).code).toBe(0);
    expect(await m.sh('ip route del 10.50.0.0/16')).toMatchObject({
      code: 2,
      stderr: 'RTNETLINK answers: No such process\n',
    });
  });

  it('adds, shows and deletes policy rules, and asks for routes as flows', async () => {
    const m = await makeMachine();
    for (const line of [
      'ip rule add from 172.17.0.0/16 lookup 100',
      'ip rule add fwmark 0x10/0xf0 table 9 pref 50',
      'ip rule add not to 1.2.3.4 prohibit pref 60',
      'ip route add 10.60.0.0/16 via 172.17.0.3 table 100',
      'ip route add throw 10.61.0.0/16 table 100',
      'ip route add 10.62.0.0/16 nexthop via 172.17.0.2 weight 2 nexthop via 172.17.0.3',
    ])
      expect([line, await m.sh(line)]).toMatchObject([line, { code: 0, stderr: '' }]);
    expect((await m.sh('ip rule')).stdout).toBe(
      '0:\tfrom all lookup local\n50:\tfrom all fwmark 0x10/0xf0 lookup 9\n60:\tnot from all to 1.2.3.4 prohibit\n' +
        '32765:\tfrom 172.17.0.0/16 lookup 100\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n',
    );
    expect((await m.sh('ip rule del pref 60')).code).toBe(0);
    expect(await m.sh('ip rule del table 77')).toMatchObject({
      code: 2,
      stderr: 'RTNETLINK answers: No such file or directory\n',
    });
    expect((await m.sh('ip route get 10.60.1.1 from 172.17.0.1')).stdout).toBe(
      '10.60.1.1 from 172.17.0.1 via 172.17.0.3 dev docker0 table 100 uid 0 \n    cache \n',
    );
    expect((await m.sh('ip route show 10.62.0.0/16')).stdout).toBe(
      '10.62.0.0/16 \n\tnexthop via 172.17.0.2 dev docker0 weight 2 \n\tnexthop via 172.17.0.3 dev docker0 weight 1 \n',
    );
    expect((await m.sh('ip route show table 100')).stdout).toBe(
      '10.60.0.0/16 via 172.17.0.3 dev docker0 \nthrow 10.61.0.0/16 \n',
    );
    expect(await m.sh('ip route show table nope')).toMatchObject({
      stderr: 'Error: argument "nope" is wrong: table id value is invalid\n\n',
    });
  });

  it('keeps secondary addresses only with promote_secondaries', async () => {
    const m = await makeMachine();
    const addrs = async () => (await m.sh('ip -o -4 a show d0')).stdout.split('\n').map((l) => l.split(/\s+/)[3]);
    const all = async (...lines: string[]): Promise<void> => {
      for (const line of lines) expect([line, (await m.sh(line)).stderr]).toEqual([line, '']);
    };
    await all(
      'ip link add d0 type dummy',
      'ip link set d0 up',
      'ip a add 10.9.0.1/24 dev d0',
      'ip a add 10.9.0.2/24 dev d0',
    );
    expect((await m.sh('ip -o -4 a show d0')).stdout).toContain('10.9.0.2/24 scope global secondary d0');
    await all('sysctl -w net.ipv4.conf.d0.promote_secondaries=1', 'ip a del 10.9.0.1/24 dev d0');
    expect(await addrs()).toEqual(['10.9.0.2/24', undefined]);
    expect((await m.sh('ip route get 10.9.0.9')).stdout).toContain('src 10.9.0.2');
    await all('ip a add 10.9.0.3/24 dev d0', 'sysctl -w net.ipv4.conf.d0.promote_secondaries=0');
    await all('ip a del 10.9.0.2/24 dev d0');
    expect(await addrs()).toEqual([undefined]);
  });

  it('makes, changes and deletes devices', async () => {
    const m = await makeMachine();
    for (const line of [
      'ip link add br7 type bridge',
      'ip link add v0 type veth peer name v1',
      'ip link set v0 master br7 up',
      'ip link set dev v1 up',
      'ip link set br7 up',
      'ip addr add 10.9.0.1/24 dev br7',
    ])
      expect([line, await m.sh(line)]).toMatchObject([line, { code: 0, stderr: '' }]);
    expect((await m.sh('ip -br link show master br7')).stdout).toMatch(
      /^v0@v1 +UP +\S+ <BROADCAST,MULTICAST,UP,LOWER_UP> \n$/,
    );
    expect((await m.sh('ip link del br7')).code).toBe(0);
    expect(await m.sh('ip link del br7')).toMatchObject({ code: 1, stderr: 'Cannot find device "br7"\n' });
  });

  it('tells of addresses what was asked for, and flushes no others', async () => {
    const m = await makeMachine();
    for (const line of ['10.9.0.5/24', '10.9.0.6/24', '10.9.1.1/24 label docker0:1', '10.9.2.1/24 scope link'])
      await m.sh(`ip addr add ${line} dev docker0`);
    const list = async (words: string): Promise<string[]> =>
      (await m.sh(`ip -o -4 addr show dev docker0 ${words}`.trim())).stdout.match(/(?<=inet )\S+/g) ?? [];
    // narrower scopes first, secondary addresses last
    expect(await list('')).toEqual(['10.9.2.1/24', '172.17.0.1/16', '10.9.0.5/24', '10.9.1.1/24', '10.9.0.6/24']);
    expect(await list('secondary')).toEqual(['10.9.0.6/24']);
    expect(await list('label docker0:*')).toEqual(['10.9.1.1/24']);
    expect(await list('dynamic')).toEqual([]);
    await m.sh('ip addr flush dev docker0 label docker0:1');
    expect(await list('primary')).toEqual(['10.9.2.1/24', '172.17.0.1/16', '10.9.0.5/24']);
    expect((await m.sh('ip -6 addr')).stdout).toMatch(/^2: docker0: <\S+> mtu 1500 state UP qlen 0$/m);
  });

  it('keeps an alias, a group and the promiscuous mode of a device', async () => {
    const m = await makeMachine();
    await m.sh('ip link set vethweb alias wire group 7 promisc on');
    expect((await m.sh('ip link show group 7')).stdout).toMatch(
      /^3: vethweb@if2: <BROADCAST,MULTICAST,PROMISC,UP,LOWER_UP> .* group 7 qlen 0\n.*\n {4}alias wire\n$/,
    );
  });

  it('leaves away of routes what was asked for', async () => {
    const m = await makeMachine();
    expect((await m.sh('ip route show proto kernel')).stdout).toBe(
      '172.17.0.0/16 dev docker0 scope link src 172.17.0.1 \n',
    );
    expect((await m.sh('ip route show scope link')).stdout).toBe(
      '172.17.0.0/16 dev docker0 proto kernel src 172.17.0.1 \n',
    );
    expect((await m.sh('ip route get fibmatch 172.17.0.9')).stdout).toBe(
      '172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1 \n',
    );
  });

  it('has empty lists of what the kernel has none of, and reads commands from a file', async () => {
    const m = await makeMachine();
    expect(await m.sh('ip tunnel show')).toMatchObject({ code: 0, stdout: '' });
    expect((await m.sh('ip vrf')).stdout).toContain('No VRF has been configured\n');
    // a token is a device's own, so all but the loopback have the empty one
    await m.sh('ip link add br9 type bridge');
    expect((await m.sh('ip token')).stdout).toContain('token :: dev br9\n');
    expect((await m.sh('ip token')).stdout).not.toContain('dev lo');
    expect((await m.sh('ip -4 netconf show dev br9')).stdout).toBe(
      'inet br9 forwarding off rp_filter off mc_forwarding off proxy_neigh off ignore_routes_with_linkdown off \n',
    );
    expect(JSON.parse((await m.sh('ip -j netconf show dev br9')).stdout)).toMatchObject([
      { family: 'inet', interface: 'br9', forwarding: false, rp_filter: 'off' },
      { family: 'inet6', interface: 'br9', proxy_neigh: false },
    ]);
    await m.sh('ip netns add red');
    expect(await m.sh('ss -tlnN red')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^State .*\n$/) });
    expect((await m.sh('ss -N blue')).stderr).toBe('Cannot open network namespace "blue": No such file or directory\n');
    expect(await m.sh('ip netconf show dev nope')).toMatchObject({
      code: 1,
      stderr: 'Device "nope" does not exist.\n',
    });
    expect((await m.sh('ip netconf dev lo')).stderr).toBe('Command "dev" is unknown, try "ip netconf help".\n');
    expect(await m.sh('ip token list dev br9')).toMatchObject({ code: 0, stdout: 'token :: dev br9\n' });
    const r = await m.run(['ip', '-b', '-'], { stdin: '-br link show lo\nroute show foo\nlink show lo\n' });
    expect(r).toMatchObject({ code: 1, stderr: expect.stringMatching(/\nCommand failed -:2\n$/) });
  });

  it.each([
    ['ip link show nope', 1, 'Device "nope" does not exist.\n'],
    ['ip link set nope up', 1, 'Cannot find device "nope"\n'],
    ['ip link add docker0 type bridge', 2, 'RTNETLINK answers: File exists\n'],
    ['ip link add x type wormhole', 2, 'Error: Unknown device type.\n'],
    ['ip foo', 1, 'Object "foo" is unknown, try "ip help".\n'],
    ['ip link foo', 255, 'Command "foo" is unknown, try "ip link help".\n'],
    ['ip addr add 10.1.1.1/24', 1, 'Not enough information: "dev" argument is required.\n'],
    ['ip addr add 10.1.1/24 dev docker0', 1, 'Error: any valid prefix is expected rather than "10.1.1/24".\n'],
    ['ip addr add 172.17.0.1/16 dev docker0', 2, 'Error: ipv4: Address already assigned.\n'],
    ['ip route add 10.0.0.0/8 via 1.2.3.4', 2, 'Error: Nexthop has invalid gateway.\n'],
    ['ip -z link', 255, 'Option "-z" is unknown, try "ip -help".\n'],
  ])('%s fails as the real one', async (line, code, stderr) => {
    const m = await makeMachine();
    expect(await m.sh(line)).toMatchObject({ code, stderr, stdout: '' });
  });
});
