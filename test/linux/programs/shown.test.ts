/** What ss, arp, netstat, brctl, sysctl and ip show when asked for a part of it, and what they say of what is not there. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { bugs, makeLab } from '../../rig.ts';

let lab: Lab;
const sh = async (script: string): Promise<string> => {
  const { stdout, stderr } = await lab.run('node1', script);
  return stdout + stderr;
};
beforeAll(async () => {
  lab = await makeLab();
  await sh(
    'docker run -d --name web -p 8080:80 nginx; docker exec web true; ping -c 1 172.17.0.2; ping -c 1 router.lab',
  );
});
afterAll(() => expect(bugs(lab)).toEqual([]));

describe('filters of ss', () => {
  it.each([
    ["'( sport = :8080 or sport = :22 )'", 2],
    ['sport = :http-alt', 2],
    ['not sport = :8080', 0],
    ["'! sport = 22 && sport > 8000'", 2],
    ['src 0.0.0.0:8080', 1],
    ["'src [::]:8080 | src 127.0.0.0/8'", 1],
    ['sport = :8080 src 0.0.0.0', 1],
  ])('ss -Htln %s', async (filter, lines) => {
    expect((await sh(`ss -Htln ${filter}`)).split('\n').length - 1).toBe(lines);
  });

  it.each(['sport', "'( sport = :1'", 'sport = :nosuch', 'foo = 1'])('does not read %s', async (filter) => {
    expect(await sh(`ss -tln ${filter}; echo $?`)).toBe(
      '255\nss: bison bellows (while parsing filter): "syntax error!" Sorry.\n',
    );
  });

  it('pads queues though there is no header', async () => {
    expect(await sh('ss -Htln src 0.0.0.0')).toBe('LISTEN 0      4096   0.0.0.0:8080 0.0.0.0:*\n');
  });
});

it('arp looks for one host or one device', async () => {
  expect(await sh('arp -n 172.17.0.2 | tail -n +2 | cut -c1-26')).toBe('172.17.0.2               e\n');
  expect(await sh('arp -n 172.17.0.9; arp -i nosuch')).toBe(
    '172.17.0.9 (172.17.0.9) -- no entry\narp: in 2 entries no match found.\n',
  );
  expect(await sh('arp -ni eth0 | wc -l; arp nosuch; echo $?')).toBe('2\n255\nnosuch: Unknown host\n');
});

it('netstat lists sockets of the unix domain, and busybox has fewer tables', async () => {
  expect(await sh('netstat -anx | head -3')).toMatch(
    /^Active UNIX domain sockets \(servers and established\)\nProto RefCnt Flags {7}Type {7}State {9}I-Node {3}Path\nunix {2}2 {6}\[ ACC \] {5}STREAM {5}LISTENING {5}\d+ +\/run\/docker.sock\n$/,
  );
  expect(await sh('netstat -ant | grep -c UNIX; docker run --rm busybox netstat -i')).toMatch(
    /^0\nnetstat: invalid option -- 'i'\n/,
  );
});

it('brctl looks before it acts', async () => {
  expect(
    await sh('brctl delbr docker0; brctl delbr nosuch; brctl addbr docker0; ip -br link show docker0 | wc -l'),
  ).toBe(
    "1\nbridge docker0 is still up; can't delete it\nbridge nosuch doesn't exist; can't delete it\ndevice docker0 already exists; can't create bridge with the same name\n",
  );
  expect(await sh('brctl addif docker0 nosuch; brctl delif docker0 eth0; brctl show nosuch; brctl show eth0')).toBe(
    'interface nosuch does not exist!\ndevice eth0 is not a port of docker0\nbridge nosuch does not exist!\ndevice eth0 is not a bridge!\n',
  );
  expect(await sh('brctl addif docker0; brctl showstp docker0 | grep -A1 "(1)"')).toMatch(
    /^Incorrect number of arguments for command\nUsage: brctl addif <bridge> <device>\tadd interface to bridge\nveth\w{7} \(1\)\n port id\t\t8001\t\t\tstate\t\t {5}forwarding\n$/,
  );
});

it('sysctl shows what is below a directory', async () => {
  expect(
    await sh(
      'sysctl net.ipv4.conf.docker0 | grep -E "[.](forwarding|rp_filter)"; sysctl -n net/ipv4/conf/docker0 | wc -l',
    ),
  ).toBe('net.ipv4.conf.docker0.forwarding = 1\nnet.ipv4.conf.docker0.rp_filter = 0\n33\n');
  expect(await sh('sysctl net.nosuch; echo $?')).toBe(
    '1\nsysctl: cannot stat /proc/sys/net/nosuch: No such file or directory\n',
  );
});

it('ip shows kinds of errors, readable counts, routes of both families', async () => {
  expect(await sh('ip -s -s link show docker0 | grep -A1 errors: | grep -v bytes')).toBe(
    '    RX errors:  length    crc   frame    fifo overrun\n                     0      0       0       0       0 \n--\n    TX errors: aborted   fifo  window heartbt transns\n                     0      0       0       0       0 \n',
  );
  await sh('ping -c 1 -s 1400 172.17.0.2');
  expect(await sh('ip -h -s link show docker0')).toMatch(/\n {8,}\d\.\d\dk +\d+ /);
  expect(
    await sh('ip route show table all | grep -cE "pref medium|scope host"; ip -4 route show table all | grep -c pref'),
  ).toMatch(/^\d\d\n0\n$/);
  expect(await sh('ip -br neigh show dev docker0')).toMatch(/^172\.17\.0\.2 {30}(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\n$/);
  expect(
    await sh(
      'ip -d -j link show type veth | jq -c ".[-1].linkinfo.info_slave_data | [.state,.designated_port,.guard]"',
    ),
  ).toBe('["forwarding",32769,false]\n');
});

it('ip says what the kernel refuses', async () => {
  const refused = async (words: string): Promise<string> => sh(`ip ${words}; echo $?`);
  expect(await refused('link set eth0 mtu 99999')).toBe('2\nError: mtu greater than device maximum.\n');
  expect(await refused('link set eth0 mtu 10')).toBe('2\nError: mtu less than device minimum.\n');
  expect(await refused('link set eth0 mtu x')).toBe('255\nError: argument "x" is wrong: Invalid "mtu" value\n\n');
  expect(await refused('link set eth0 master nosuch')).toBe(
    '255\nError: argument "nosuch" is wrong: Device does not exist\n\n',
  );
  expect(await refused('link set eth0 master lo')).toBe('2\nRTNETLINK answers: Operation not supported\n');
  expect(await refused('route add 10.0.0.1/8 via 192.168.56.1')).toBe(
    '2\nError: Invalid prefix for given prefix length.\n',
  );
  expect(await refused('route show table 100')).toBe('2\nError: ipv4: FIB table does not exist.\nDump terminated\n');
});

describe('applets as Debian configures them', () => {
  const inside = async (line: string): Promise<string> => sh(`docker run --rm --privileged busybox sh -c '${line}'`);

  it.each(['ip -br addr', 'ip -j link', 'ip -s link', 'ip netns', 'ip maddr', 'ip foo', 'ip'])(
    '%s gives the usage',
    async (line) => {
      expect(await inside(`${line}; echo $?`)).toMatch(
        /^1\nBusyBox v1\.38\.0 .*\n\nUsage: ip \[OPTIONS\] address\|route\|link\|/,
      );
    },
  );

  it.each([
    ['ip route get 172.17.0.1', '172.17.0.1 dev eth0  src 172.17.0.3 \n    cache \n'],
    ['ip link show nosuch; echo $?', "2\nip: can't find device 'nosuch'\n"],
    ['ip link set nosuch up; echo $?', '2\nip: SIOCGIFFLAGS: No such device\n'],
    ['ip link set eth0 mtu 99999; echo $?', '2\nip: SIOCSIFMTU: Invalid argument\n'],
    ['ip addr add 10.0.0.1/24; echo $?', '1\nip: need "dev IFACE"\n'],
    ['route | tail -1', '172.17.0.0      *               255.255.0.0     U     0      0        0 eth0\n'],
    [
      'arping -c 1 172.17.0.1 | tail -2',
      'Sent 1 probe(s) (0 broadcast(s))\nReceived 1 response(s) (0 request(s), 0 broadcast(s))\n',
    ],
    ['id', 'uid=0(root) gid=0(root)\n'],
    [
      'ps -o pid,time',
      "ps: bad -o argument 'time', supported arguments: user,group,comm,args,pid,ppid,pgid,nice,rgroup,ruser,tty,vsz,sid,stat,rss\n",
    ],
    ['df | head -1', 'Filesystem           1K-blocks      Used Available Use% Mounted on\n'],
    ['free -h | tail -1', 'Swap:             0           0           0\n'],
  ])('%s', async (line, shown) => expect(await inside(line)).toContain(shown));

  it.each(['nc -z 172.17.0.1 80', 'nc -v 172.17.0.1 80', 'hostname -I', 'netstat -tp'])(
    '%s is an invalid option',
    async (line) => {
      expect(await inside(line)).toMatch(/^\w+: invalid option -- '\w'\nBusyBox v1\.38\.0 /);
    },
  );
});
