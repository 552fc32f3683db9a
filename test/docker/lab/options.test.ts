import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
});

const P = 'com.docker.network';

test('how often addresses are announced is an option of the network', async () => {
  const create = (option: string): Promise<string> => m.fails(`docker network create -o ${P}.${option} no`);
  expect(await create('advertise_addr_nmsgs=4')).toBe(`${P}.advertise_addr_nmsgs must be in the range 0 to 3 [1]`);
  expect(await create('advertise_addr_nmsgs=x')).toBe(
    `value for option ${P}.advertise_addr_nmsgs "x" must be an integer [1]`,
  );
  expect(await create('advertise_addr_ms=99')).toBe(`${P}.advertise_addr_ms must be in the range 100 to 2000 [1]`);
  expect(await create('advertise_addr_ms=x')).toBe(
    `value for option ${P}.advertise_addr_ms "x" must be integer milliseconds [1]`,
  );
  const arps = async (options: string): Promise<number> => {
    await m.out(`docker network create -o ${P}.bridge.name=br-arp ${options} arp`);
    await m.out('tcpdump -ni br-arp -w /tmp/arp.pcap arp 2>/dev/null & echo $! > /tmp/pid; sleep 0.2');
    await m.out('docker run -d --name arp --network arp busybox top; sleep 0.5; kill $(cat /tmp/pid); sleep 0.1');
    const count = Number(await m.out('tcpdump -nr /tmp/arp.pcap 2>/dev/null | wc -l'));
    await m.out('docker rm -f arp; docker network rm arp');
    return count;
  };
  expect(await arps('')).toBe(1);
  expect(await arps(`-o ${P}.advertise_addr_ms=100`)).toBe(3);
  expect(await arps(`-o ${P}.advertise_addr_ms=100 -o ${P}.advertise_addr_nmsgs=0`)).toBe(0);
});

test('a container without IPv6 has no IPv6 address on a network that has, nor a name with one', async () => {
  await m.out('docker network create --ipv6 six');
  await m.out('docker run -d --name four --network six --sysctl net.ipv6.conf.all.disable_ipv6=1 busybox top');
  const shown =
    "docker inspect -f '{{with .NetworkSettings.Networks.six}}[{{.GlobalIPv6Address}}{{.IPv6Gateway}}]{{end}}'";
  expect(await m.out(`${shown} four`)).toBe('[]');
  expect(await m.fails('docker run --rm --network six busybox ping -6 -c 1 four')).toBe("ping: bad address 'four' [1]");
  expect(await m.out('docker run --rm --network six busybox ping -4 -q -c 1 four')).toContain('1 packets received');
});

test('settings of an interface belong to its network; only old clients may say them of the container', async () => {
  const sysctl = '--sysctl net.ipv4.conf.eth0.forwarding=0';
  expect(await m.fails(`docker run --rm ${sysctl} busybox true`)).toBe(
    `interface specific sysctl setting "net.ipv4.conf.eth0.forwarding" must be supplied using driver option '${P}.endpoint.sysctls' [125]`,
  );
  const body = (name: string): string =>
    JSON.stringify({
      Image: 'busybox',
      Cmd: ['top'],
      HostConfig: { Sysctls: { [`net.ipv4.conf.${name}.forwarding`]: '0' } },
    });
  const create = async (name: string): Promise<{ Id: string; message?: string; Warnings: string[] }> => {
    const curl = "curl -s --unix-socket /var/run/docker.sock -H 'Content-Type: application/json'";
    return JSON.parse(await m.out(`${curl} -d '${body(name)}' http://localhost/v1.46/containers/create`));
  };
  const { Id, Warnings } = await create('eth0');
  expect(Warnings).toEqual([
    `Migrated sysctl "net.ipv4.conf.eth0.forwarding" to DriverOpts{"${P}.endpoint.sysctls":"net.ipv4.conf.IFNAME.forwarding=0"}.`,
  ]);
  await m.out(`docker start ${Id}`);
  expect(await m.out(`docker exec ${Id} sysctl -n net.ipv4.conf.eth0.forwarding`)).toBe('0');
  expect((await create('eth1')).message).toBe(
    `unable to determine network endpoint for sysctl net.ipv4.conf.eth1.forwarding, use driver option '${P}.endpoint.sysctls' to set per-interface sysctls`,
  );
});

test('an internal network lets its own IPv6 traffic pass, whatever its addresses', async () => {
  await m.out(`docker network create --ipv6 --internal --subnet fd00:1::/64 -o ${P}.bridge.name=br-in in6`);
  expect(await m.lines('ip6tables -S DOCKER-ISOLATION-STAGE-1 | grep br-in')).toEqual([
    '-A DOCKER-ISOLATION-STAGE-1 ! -s fd00:1::/64 ! -i br-in -o br-in -j DROP',
    '-A DOCKER-ISOLATION-STAGE-1 ! -d fd00:1::/64 -i br-in ! -o br-in -j DROP',
  ]);
});

test('a device gets its name in the container; when it cannot have it, what it was called before is told', async () => {
  await m.out(`docker network create -o ${P}.container_iface_prefix=fifteen.letters long`);
  const pairs = (): Promise<string> => m.out('ip -br link | grep -c veth || true');
  const before = await pairs();
  const failed = async (command: string): Promise<string> =>
    (await m.fails(command)).replace(/veth[0-9a-f]{7}/g, 'VETH');
  const why = 'failed to set up container networking: failed to add interface VETH to sandbox:';
  expect(await failed('docker run --rm --network long busybox true')).toBe(
    `${why} error renaming interface "VETH" to "fifteen.letters0": numerical result out of range [125]`,
  );
  const option = (text: string): string =>
    `docker run --rm --network name=bridge,driver-opt=${P}.endpoint.${text} busybox true`;
  expect(await failed(option('ifname=lo'))).toBe(`${why} error renaming interface "VETH" to "lo": file exists [125]`);
  expect(await failed(option('sysctls=net.ipv4.conf.IFNAME.nosuch=1'))).toBe(
    `${why} unable to set sysctl net.ipv4.conf.IFNAME.nosuch=1: open /proc/sys/net/ipv4/conf/eth0/nosuch: no such file or directory [127]`,
  );
  await m.out(option('ifname='));
  expect(await pairs()).toBe(before);
});

test('an MTU that no bridge can have is refused', async () => {
  for (const mtu of [67, 65536])
    expect(await m.fails(`docker network create -o ${P}.driver.mtu=${mtu} no`)).toBe('invalid argument [1]');
  await m.out(`docker network create -o ${P}.driver.mtu=68 smallest`);
});

test("a bridge of one's own keeps its addresses, but for one that stands in the network's way", async () => {
  await m.out('ip link add mine type bridge; ip addr add 10.70.0.1/24 dev mine; ip addr add 10.71.0.1/24 dev mine');
  const addresses = (): Promise<string[]> => m.lines("ip -o -4 addr show mine | awk '{print $4}'");
  await m.out(`docker network create -o ${P}.bridge.name=mine --subnet 10.71.0.0/24 --gateway 10.71.0.9 own`);
  expect(await addresses()).toEqual(['10.70.0.1/24', '10.71.0.9/24']);
  await m.out(`docker network rm own; docker network create -o ${P}.bridge.name=mine --subnet 10.72.0.0/24 own`);
  expect(await addresses()).toEqual(['10.71.0.9/24', '10.72.0.1/24']);
});

test('a MAC address may be written as Go reads it', async () => {
  const show = (mac: string): Promise<string> =>
    m.out(`docker run --rm --mac-address ${mac} busybox cat /sys/class/net/eth0/address`);
  for (const mac of ['0242.AC11.0005', '02-42-ac-11-00-05']) expect(await show(mac)).toBe('02:42:ac:11:00:05');
});

test('networks are found by patterns of their names and ids', async () => {
  await m.out('docker network create find-a; docker network create find-b');
  const found = (filter: string): Promise<string> =>
    m.out(`docker network ls --filter '${filter}' --format '{{.Name}}'`);
  expect(await found('name=^find-')).toBe('find-a\nfind-b');
  expect(await found('name=nd-(b|c)$')).toBe('find-b');
  expect(await found('name=[')).toBe('');
  expect(await found(`id=^${await m.out('docker network ls -qf name=find-a')}`)).toBe('find-a');
  expect(await m.fails('docker network ls --filter dangling=true --filter dangling=false')).toBe(
    "invalid filter 'dangling=[false true]' [1]",
  );
  expect(await m.fails('docker network ls --filter dangling=T')).toBe("invalid filter 'dangling=[T]' [1]");
});

test('a flag of a network stands for the option of the same name', async () => {
  await m.out(`docker network create --ipv6 -o ${P}.enable_ipv6=false -o x=1 flag`);
  expect(await m.out("docker network inspect -f '{{.EnableIPv6}} {{json .Options}}' flag")).toBe('true {"x":"1"}');
});

test("the machine's own routes survive containers of its network", async () => {
  const before = await m.out('ip route; ip -6 route');
  await m.out('docker run --rm --network host busybox true');
  expect(await m.out('ip route; ip -6 route')).toBe(before);
});

test('kernel parameters are read-only for a container without privileges', async () => {
  const run = 'docker run --rm busybox';
  const read = 'Read-only file system [1]';
  expect(await m.fails(`${run} sysctl -w net.ipv4.ip_forward=0`)).toBe(
    `sysctl: error setting key 'net.ipv4.ip_forward': ${read}`,
  );
  expect(await m.fails(`${run} sh -c 'echo 0 > /proc/sys/net/ipv4/ip_forward'`)).toBe(
    `sh: line 0: can't create /proc/sys/net/ipv4/ip_forward: ${read}`,
  );
  expect(await m.fails(`${run} sh -c 'echo 68 > /sys/class/net/eth0/mtu'`)).toBe(
    `sh: line 0: can't create /sys/class/net/eth0/mtu: ${read}`,
  );
  expect(await m.lines(`${run} mount | grep -E '/(proc|sys)'`)).toEqual([
    'proc on /proc type proc (rw,nosuid,nodev,noexec,relatime)',
    'sysfs on /sys type sysfs (ro,nosuid,nodev,noexec,relatime)',
    'proc on /proc/sys type proc (ro,nosuid,nodev,noexec,relatime)',
    'proc on /proc/sysrq-trigger type proc (ro,nosuid,nodev,noexec,relatime)',
  ]);
  expect(await m.out('docker run --rm --privileged busybox sysctl -w net.ipv4.ip_forward=0')).toBe(
    'net.ipv4.ip_forward = 0',
  );
  expect(await m.fails('docker run --rm --privileged --user 1000 busybox sysctl -w net.ipv4.ip_forward=0')).toBe(
    "sysctl: error setting key 'net.ipv4.ip_forward': Permission denied [1]",
  );
  expect(await m.fails(`${run} sh -c 'echo > /usr'`)).toBe("sh: line 0: can't create /usr: Is a directory [1]");
  expect(await m.fails(`${run} sh -c 'cat < /etc/hosts/x'`)).toBe(
    "sh: line 0: can't open /etc/hosts/x: no such file [1]",
  );
});

test('a configuration network is not pruned, and nobody is told that it goes', async () => {
  await m.out('sleep 1; date +%s > /tmp/t1; docker network create --config-only conf; docker network create user');
  expect(await m.out('docker network prune -f')).not.toContain('conf');
  await m.out('docker network rm conf; sleep 1');
  const events = "--filter type=network --format '{{.Action}} {{.Actor.Attributes.name}}'";
  const lines = await m.lines(
    `docker events --since $(cat /tmp/t1) --until $(date +%s) ${events} | grep -E 'conf|user'`,
  );
  expect(lines).toEqual(['create conf', 'create user', 'destroy user']);
});

test('an internal network takes no gateway', async () => {
  const aux = '--subnet 10.90.0.0/24 --aux-address DefaultGatewayIPv4=10.90.0.9';
  expect(await m.fails(`docker network create --internal ${aux} no`)).toBe(
    'no gateway can be set on an internal bridge network [1]',
  );
});
