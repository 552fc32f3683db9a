import { beforeAll, describe, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
});

const O = '-o com.docker.network.bridge';

describe('subnets', () => {
  test('the engine looks for no routers on its bridges', async () => {
    await m.out(`docker network create ${O}.name=br-deaf deaf`);
    expect(await m.lines('sysctl -n net.ipv6.conf.docker0.accept_ra net.ipv6.conf.br-deaf.accept_ra')).toEqual([
      '0',
      '0',
    ]);
    await m.out('docker network rm deaf');
  });

  test('every error of a configuration is told at once', async () => {
    const body = JSON.stringify({
      Name: 'bad',
      IPAM: { Config: [{ Subnet: '10.1.0.1/16', IPRange: '10.0.0.0/8', Gateway: '10.2.0.1' }] },
    });
    const curl = `curl -s --unix-socket /var/run/docker.sock -H 'Content-Type: application/json' -d '${body}'`;
    const { message } = JSON.parse(await m.out(`${curl} http://localhost/v1.51/networks/create`)) as {
      message: string;
    };
    expect(message.split('\n')).toEqual([
      'invalid network config:',
      '* invalid subnet 10.1.0.1/16: it should be 10.1.0.0/16',
      '* invalid ip-range 10.0.0.0/8: CIDR block is bigger than its parent subnet 10.1.0.1/16',
      "* invalid gateway 10.2.0.1: parent subnet 10.1.0.1/16 doesn't contain this address",
    ]);
  });

  test('addresses come from the range, others of the subnet can be asked for, auxiliary ones are kept', async () => {
    await m.out(
      'docker network create --subnet 10.1.0.0/16 --ip-range 10.1.9.0/30 --gateway 10.1.9.1 --aux-address a=10.1.9.0 r',
    );
    expect(await m.out('docker run -d --name r1 --network r busybox top; docker exec r1 hostname -i')).toMatch(
      /\n10\.1\.9\.2$/,
    );
    expect(await m.fails('docker run --rm --network r --ip 10.1.9.0 busybox true')).toBe(
      'failed to set up container networking: Address already in use [125]',
    );
    await m.out('docker run -d --name r2 --network r busybox top');
    expect(await m.fails('docker run --rm --network r busybox true')).toMatch(
      /^failed to set up container networking: no available IPv4 addresses on this network's address pools: r \(\w{64}\) \[125\]$/,
    );
    expect(await m.out('docker run --rm --network r --ip 10.1.77.7 busybox hostname -i')).toBe('10.1.77.7');
  });

  test('pools that nobody named do not overlap what the host has', async () => {
    await m.out('ip route add 172.18.0.0/16 dev eth0');
    await m.out('docker network create one');
    expect(await m.out("docker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' one")).toBe('172.19.0.0/16');
    await m.out('ip route del 172.18.0.0/16 dev eth0; docker network rm one');
  });

  test('IPv6: a /64 of the host’s own /48; only IPv6; both families of one network', async () => {
    await m.out('docker network create --ipv6 six && docker network create --ipv4=false --ipv6 only6');
    const subnet = (n: string, i: number): Promise<string> =>
      m.out(`docker network inspect -f '{{(index .IPAM.Config ${i}).Subnet}}' ${n}`);
    const first = await subnet('six', 1);
    expect(first).toMatch(/^fd[0-9a-f:]+::\/64$/);
    expect((await subnet('only6', 0)).slice(0, 14)).toBe(first.slice(0, 14));
    expect(await m.out('docker run --rm --network only6 busybox ip -4 -o addr show eth0')).toBe('');
    await m.out('docker run -d --name s1 --network six busybox top');
    expect(await m.out('docker run --rm --network six busybox ping -6 -c 1 s1')).toContain('1 packets received');
    // By its name, ping6 asks for the IPv6 address.
    expect(await m.out('docker run --rm --network six busybox ping6 -c 1 s1')).toMatch(/^PING s1 \([0-9a-f:]+\)/);
    expect(await m.fails('docker network create --ipv6 --subnet fe80::/80 ll')).toBe(
      "'fe80::1/80' clashes with the Link-Local prefix 'fe80::/64' [1]",
    );
  });

  test('the first network with IPv6 makes a router of the host: its prefixes are addresses of any router', async () => {
    await m.out('sysctl -qw net.ipv6.conf.all.forwarding=0');
    const anycast = (): Promise<string[]> =>
      m.lines('ip -6 route show table local | grep ^any | cut -d" " -f1-4; true');
    expect(await anycast()).toEqual(['']);
    await m.out(`docker network create --ipv6 --subnet fd00:5::/64 ${O}.name=br-six seven`);
    await m.out('docker run -d --name web --network seven busybox top');
    const local = ['eth0', 'docker0', 'br-six'].map((dev) => `anycast fe80:: dev ${dev}`);
    expect(await anycast()).toEqual(expect.arrayContaining(['anycast fd00:5:: dev br-six', ...local]));
    // Groups of a device that was there before, and of one that came to a router; what its card lets in.
    const groups = (dev: string): Promise<string> => m.out(`ip -6 maddr show ${dev} | tail -n +2 | tr -d '\\n\\t'`);
    expect(await groups('docker0')).toMatch(
      /^inet6 ff02::1:ff00:0inet6 ff05::2inet6 ff01::2inet6 ff02::2inet6 ff02::1:ff\S+inet6 ff02::6ainet6 ff02::1inet6 ff01::1$/,
    );
    expect(await groups('br-six')).toMatch(/inet6 ff02::6ainet6 ff02::2inet6 ff02::1inet6 ff01::1$/);
    expect(await m.out('bridge fdb show dev docker0 | cut -d" " -f1')).toMatch(
      /^33:33:00:00:00:01\n01:00:5e:00:00:6a\n33:33:00:00:00:6a\n01:00:5e:00:00:01\n33:33:ff:\S+\n33:33:00:00:00:02\n33:33:ff:00:00:00\n/,
    );
    expect(await m.out('docker exec web ping -c 1 fd00:5::')).toContain('64 bytes from fd00:5::1: seq=0');
    await m.out('docker rm -f web; docker network rm seven');
    expect(await anycast()).not.toContain('anycast fd00:5:: dev br-six');
    await m.out('sysctl -qw net.ipv6.conf.all.forwarding=0');
    expect(await anycast()).toEqual(['']);
  });

  test('IPAM drivers: null gives nothing, others are not there', async () => {
    expect(await m.fails('docker network create --ipam-driver null n')).toBe('ipv4 pool is empty [1]');
    expect(await m.fails('docker network create --ipam-driver nosuch n')).toBe('plugin "nosuch" not found [1]');
    expect(await m.fails('docker network create -d nosuch n')).toBe('plugin "nosuch" not found [1]');
  });
});

describe('options of bridges', () => {
  test('gateway mode nat-unprotected: what knows a way reaches every port', async () => {
    await m.out(`docker network create --subnet 10.20.0.0/24 ${O}.gateway_mode_ipv4=nat-unprotected np`);
    await m.out('docker run -d --name np1 --network np -p 9000:80 busybox httpd -f');
    const rules = await m.out('iptables -S DOCKER');
    expect(rules).toMatch(/^-A DOCKER ! -i br-\w+ -o br-\w+ -j ACCEPT$/m);
    expect(rules).not.toContain('--dport 80');
    expect(await m.out('iptables -t raw -S')).not.toContain('10.20.0.2');
    await m.lab.run('node2', 'ip route add 10.20.0.0/24 via 192.168.56.11');
    expect((await m.lab.run('node2', 'ping -c 1 -W 1 10.20.0.2')).stdout).toContain('1 received');
  });

  test('gateway mode routed: no ports of the host, only published ones are open to others', async () => {
    await m.out(`docker network create --subnet 10.21.0.0/24 ${O}.gateway_mode_ipv4=routed ro`);
    await m.out("docker run -d --name ro1 --network ro -p 9001:80 busybox sh -c 'httpd -f -p 81 & httpd -f -p 80'");
    expect(await m.lines('docker port ro1')).toEqual(['80/tcp -> 0.0.0.0:', '80/tcp -> [::]:9001']);
    await m.lab.run('node2', 'ip route add 10.21.0.0/24 via 192.168.56.11');
    const probe = async (port: number): Promise<number> =>
      (await m.lab.run('node2', `curl -s -o /dev/null -m 2 http://10.21.0.2:${port}/`)).exit;
    expect(await probe(80)).toBe(0);
    expect(await probe(81)).toBe(28);
  });

  test('gateway mode isolated: for internal networks, whose bridge has no address', async () => {
    expect(await m.fails(`docker network create ${O}.gateway_mode_ipv4=isolated iso`)).toBe(
      "gateway mode 'isolated' can only be used for an internal network [1]",
    );
    await m.out(
      `docker network create --internal --subnet 10.22.0.0/24 ${O}.gateway_mode_ipv4=isolated ${O}.name=iso0 iso`,
    );
    expect(await m.out('ip -4 -o addr show iso0')).toBe('');
    expect(await m.out('docker run --rm --network iso busybox hostname -i')).toBe('10.22.0.1');
  });

  test('host_ipv4, trusted_host_interfaces, inhibit_ipv4, container_iface_prefix, DefaultGatewayIPv4', async () => {
    await m.out('docker network create --subnet 10.23.0.0/24 -o com.docker.network.host_ipv4=192.168.56.11 sn');
    expect(await m.out('iptables -t nat -S POSTROUTING')).toMatch(
      /^-A POSTROUTING -s 10\.23\.0\.0\/24 ! -o br-\w+ -j SNAT --to-source 192\.168\.56\.11$/m,
    );
    await m.out(`docker network create --subnet 10.24.0.0/24 ${O}.trusted_host_interfaces=eth0 tr`);
    await m.out('docker run -d --name tr1 --network tr busybox top');
    await m.lab.run('node2', 'ip route add 10.24.0.0/24 via 192.168.56.11');
    expect(await m.out('iptables -t raw -S')).toMatch(/^-A PREROUTING -d 10\.24\.0\.2\/32 -i eth0 -j ACCEPT$/m);
    await m.out(`docker network create --subnet 10.25.0.0/24 ${O}.inhibit_ipv4=true ${O}.name=inh0 inh`);
    expect(await m.out('ip -4 -o addr show inh0')).toBe('');
    await m.out('docker network create -o com.docker.network.container_iface_prefix=lan pre');
    expect(await m.out('docker run --rm --network pre busybox ip link show lan0')).toContain('lan0');
    await m.out('docker network create --subnet 10.26.0.0/24 --aux-address DefaultGatewayIPv4=10.26.0.9 gw');
    expect(await m.out('docker run --rm --network gw busybox ip route show default')).toContain('via 10.26.0.9');
  });

  test('a bridge that was there before stays when the network goes', async () => {
    await m.out(
      `ip link add mine0 type bridge && docker network create ${O}.name=mine0 mine && docker network rm mine`,
    );
    expect(await m.out('ip -br link show mine0')).toContain('mine0');
  });
});

describe('configuration networks', () => {
  test('have no driver, no containers, and stay while they are in use', async () => {
    await m.out('docker network create --config-only --subnet 10.30.0.0/24 --label a=b conf');
    await m.out('docker network create --config-from conf real');
    expect(await m.out("docker network inspect -f '{{.Driver}} {{.ConfigOnly}}' conf")).toBe('null true');
    expect(await m.out("docker network inspect -f '{{.Driver}} {{.Labels}}' real")).toBe('bridge map[a:b]');
    expect(await m.fails('docker network rm conf')).toBe(
      'error while removing network: configuration network "conf" is in use [1]',
    );
    expect(await m.fails('docker network create --config-only --internal c2')).toMatch(
      /^configuration network can only contain network specific fields\./,
    );
    expect(await m.fails('docker network create --config-from conf --label x c2')).toMatch(/^user specified config/);
    expect(await m.fails('docker network create --config-from conf -o a=b c2')).toMatch(/^network driver options are/);
    await m.out('docker network rm real conf');
  });
});

describe('macvlan and ipvlan', () => {
  test('containers are on the link of the host, but do not reach the host itself', async () => {
    await m.out('docker network create -d macvlan -o parent=eth0 --subnet 192.168.56.0/24 --gateway 192.168.56.1 pub');
    await m.out('docker run -d --name p1 --network pub --ip 192.168.56.90 busybox top');
    expect(await m.out('docker exec p1 ping -c 1 -W 1 192.168.56.12')).toContain('1 packets received');
    expect((await m.lab.run('node2', 'ping -c 1 -W 1 192.168.56.90')).stdout).toContain('1 received');
    expect(await m.fails('docker exec p1 ping -c 1 -W 1 192.168.56.11')).toBe(' [1]');
    expect(await m.out('docker exec p1 nslookup ext.lab')).toContain('203.0.113.10');
    await m.out('docker network disconnect pub p1');
    expect(await m.out('docker exec p1 ip link')).not.toContain('eth0');
  });

  test('eth0.10 is a VLAN that comes and goes with the network; no parent is a link to nowhere', async () => {
    await m.out('docker network create -d macvlan -o parent=eth0.10 --subnet 10.40.0.0/24 v10');
    expect(await m.out('ip -d link show eth0.10')).toContain('vlan protocol 802.1Q id 10');
    await m.out('docker network rm v10');
    expect(await m.fails('ip link show eth0.10')).toContain('does not exist');
    await m.out('docker network create -d macvlan alone');
    expect(await m.out('docker run --rm --network alone busybox ip route show default')).toBe('');
  });

  test('modes, parents and what is wrong with them', async () => {
    const bad = (driver: string, more: string): Promise<string> =>
      m.fails(`docker network create -d ${driver} ${more} x`);
    expect(await bad('macvlan', '-o macvlan_mode=foo')).toBe(
      "requested macvlan mode 'foo' is not valid, 'bridge' mode is the macvlan driver default [1]",
    );
    expect(await bad('ipvlan', '-o ipvlan_flag=foo')).toBe(
      "requested ipvlan flag 'foo' is not valid, 'bridge' is the ipvlan driver default [1]",
    );
    expect(await bad('macvlan', '-o parent=lo')).toBe('loopback interface is not a valid macvlan parent link [1]');
    expect(await bad('macvlan', '-o parent=nosuch')).toBe(
      'invalid subinterface vlan name nosuch, example formatting is eth0.10 [1]',
    );
    expect(await bad('macvlan', '-o parent=eth0.x')).toBe(
      'unable to parse a valid vlan id from: x (ex. eth0.10 for vlan 10) [1]',
    );
    expect(await bad('macvlan', '-o parent=eth0.4095')).toBe('vlan id must be between 1-4094, received: 4095 [1]');
    await m.out('docker network rm pub');
    await m.out('docker network create -d ipvlan -o parent=eth0 -o ipvlan_mode=l3 --subnet 10.41.0.0/24 l3');
    expect(await m.out('docker run --rm --network l3 busybox ip route show default')).toBe(
      'default dev eth0 scope link ',
    );
    expect(await bad('ipvlan', '-o parent=eth0')).toMatch(/^network di-\w{12} is already using parent interface eth0/);
  });

  test('a kernel without them says so', async () => {
    const { lab } = await open({ without: ['dummy', 'ipvlan'] });
    const made = await lab.run('node1', 'docker network create -d macvlan x');
    expect(made.stderr).toBe('Error response from daemon: operation not supported\n');
  });
});

describe('endpoints', () => {
  test('names of devices, their settings, MAC addresses, link-local addresses', async () => {
    await m.out('docker network create ep');
    const run = (opts: string, cmd: string): Promise<string> =>
      m.out(`docker run --rm --network ${opts} busybox ${cmd}`);
    const D = 'driver-opt=com.docker.network.endpoint';
    expect(await run(`name=ep,${D}.ifname=lan7`, 'ip link show lan7')).toContain('lan7');
    expect(
      await run(
        `name=ep,${D}.sysctls=net.ipv4.conf.IFNAME.log_martians=1`,
        'cat /proc/sys/net/ipv4/conf/eth0/log_martians',
      ),
    ).toBe('1');
    expect(await run('name=ep,mac-address=02:00:00:00:00:07', 'cat /sys/class/net/eth0/address')).toBe(
      '02:00:00:00:00:07',
    );
    expect(await run('ep --link-local-ip 169.254.7.7', 'ip -4 -o addr show eth0')).toContain('169.254.7.7/16');
    expect(await m.fails('docker run --rm --mac-address 01:00:00:00:00:01 busybox true')).toMatch(
      /error setting interface "veth\w{7}" MAC to "01:00:00:00:00:01": cannot assign requested address \[125\]$/,
    );
  });

  test('the default route: highest priority, then the first name; ports move with it', async () => {
    await m.out('docker network create --subnet 10.50.0.0/24 za && docker network create --subnet 10.51.0.0/24 ab');
    await m.out('docker run -d --name two --network za -p 9100:80 busybox httpd -f');
    const via = (): Promise<string> => m.out("docker exec two ip route show default | cut -d ' ' -f 3");
    expect(await via()).toBe('10.50.0.1');
    await m.out('docker network connect ab two');
    expect(await via()).toBe('10.51.0.1');
    expect(await m.out('iptables -t nat -S DOCKER')).toContain('--dport 9100 -j DNAT --to-destination 10.51.0.2:80');
    await m.out('docker network disconnect ab two && docker network connect --gw-priority -1 ab two');
    expect(await via()).toBe('10.50.0.1');
  });

  test('connecting and disconnecting what does not run changes what it will have', async () => {
    await m.out('docker create --name still busybox top && docker network connect ep still');
    await m.out('docker network connect ep still');
    await m.out('docker start still');
    expect(await m.fails('docker network connect ep still')).toBe(
      'endpoint with name still already exists in network ep [1]',
    );
    await m.out('docker stop -t 0 still && docker network disconnect ep still');
    expect(await m.fails('docker network disconnect ep still')).toMatch(
      /^container \w{64} is not connected to the network ep \[1\]$/,
    );
    await m.out('docker start still');
    expect(await m.fails('docker network disconnect -f ep still')).toMatch(
      /^container \w{64} is not connected to network ep \[1\]$/,
    );
  });
});

test('who sent datagrams before a port was published reaches the container all the same', async () => {
  const send = 'echo x | nc -u -w 1 -p 4000 192.168.56.11 7000; conntrack -L -p udp --dport 7000 2>/dev/null';
  expect(await m.out(send)).toContain('[UNREPLIED] src=192.168.56.11');
  await m.out('docker run -d --name far -p 7000:7000/udp -p 7001:7001/tcp busybox nc -lu -p 7000');
  expect(await m.out(send)).toMatch(/ src=172\.17\.0\.\d+ dst=192\.168\.56\.11 sport=7000 dport=4000/);
});
