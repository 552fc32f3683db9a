/** IPv6 as a learner meets it: addresses, neighbours, routes, errors, ip6tables, Docker networks. */
import { expect, test } from 'vitest';
import { makeLab } from '../rig.ts';

type Lab = Awaited<ReturnType<typeof makeLab>>;

const out = async (lab: Lab, host: string, cmd: string): Promise<string> => (await lab.run(host, cmd)).stdout;
/** ping's lines about packets, without times. */
const pings = (text: string): string[] =>
  text
    .split('\n')
    .filter((l) => /bytes from|^From|received/.test(l))
    .map((l) => l.replace(/ time[= ].*/, ''));

test('hosts on the LAN reach each other by their link-local addresses', async () => {
  const lab = await makeLab(1);
  const far = 'fe80::5054:ff:fe38:13%eth0';
  expect(pings(await out(lab, 'node1', `ping -c 2 ${far}`))).toEqual([
    `64 bytes from ${far}: icmp_seq=1 ttl=64`,
    `64 bytes from ${far}: icmp_seq=2 ttl=64`,
    '2 packets transmitted, 2 received, 0% packet loss,',
  ]);
  expect(await lab.run('node1', 'ping -c 1 fe80::5054:ff:fe38:13')).toMatchObject({
    stderr: 'ping: connect: Invalid argument\n',
    exit: 2,
  });
  expect(await out(lab, 'node1', 'ip -6 neigh')).toBe(
    'fe80::5054:ff:fe38:13 dev eth0 lladdr 52:54:00:38:00:13 REACHABLE \n',
  );
  expect(await out(lab, 'node1', 'ip -6 route show dev eth0')).toBe('fe80::/64 proto kernel metric 256 pref medium\n');
});

test('an address is tried out first; nodad skips that; who is late finds it taken', async () => {
  const lab = await makeLab(1);
  const shown = (host: string): Promise<string> => out(lab, host, 'ip -6 addr show dev eth0 | grep global');
  await lab.run('node1', 'ip addr add 2001:db8::1/64 dev eth0');
  expect(await shown('node1')).toBe('    inet6 2001:db8::1/64 scope global tentative \n');
  await lab.run('node1', 'sleep 3');
  expect(await shown('node1')).toBe('    inet6 2001:db8::1/64 scope global \n');
  await lab.run('node2', 'ip addr add 2001:db8::1/64 dev eth0; sleep 3');
  expect(await shown('node2')).toBe('    inet6 2001:db8::1/64 scope global dadfailed tentative \n');
  await lab.run('node3', 'ip addr add 2001:db8::3/64 dev eth0 nodad');
  expect(await shown('node3')).toBe('    inet6 2001:db8::3/64 scope global nodad \n');
  expect(await out(lab, 'node1', 'ip -6 route get 2001:db8::3')).toBe(
    '2001:db8::3 from :: dev eth0 proto kernel src 2001:db8::1 metric 256 pref medium\n',
  );
  expect(pings(await out(lab, 'node1', 'ping -c 1 2001:db8::77'))).toEqual([
    'From 2001:db8::1 icmp_seq=1 Destination unreachable: Address unreachable',
    '1 packets transmitted, 0 received, +1 errors, 100% packet loss,',
  ]);
  expect((await lab.run('node1', 'ping -c 1 2001:db8:5::1')).stderr).toBe('ping: connect: Network is unreachable\n');
});

test('a node routes between two others, and traceroute6 shows it', async () => {
  const lab = await makeLab(1);
  await lab.run('node2', 'sysctl -w net.ipv6.conf.all.forwarding=1; ip addr add 2001:db8:1::2/64 dev eth0 nodad');
  await lab.run('node2', 'ip addr add 2001:db8:2::2/64 dev eth0 nodad');
  await lab.run('node1', 'ip addr add 2001:db8:1::1/64 dev eth0 nodad; ip -6 route add default via 2001:db8:1::2');
  await lab.run('node1', 'sysctl -w net.ipv6.conf.all.accept_redirects=0');
  await lab.run('node3', 'ip addr add 2001:db8:2::3/64 dev eth0 nodad; ip -6 route add default via 2001:db8:2::2');
  const hops = (await out(lab, 'node1', 'traceroute6 -n -q 1 2001:db8:2::3')).replace(/ {2}[\d.]+ ms/g, '');
  expect(hops).toBe(
    'traceroute to 2001:db8:2::3 (2001:db8:2::3), 30 hops max, 80 byte packets\n 1  2001:db8:1::2\n 2  2001:db8:2::3\n',
  );
  expect(pings(await out(lab, 'node1', 'ping -c 1 -t 1 2001:db8:2::3'))[0]).toBe(
    'From 2001:db8:1::2 icmp_seq=1 Time exceeded: Hop limit',
  );
  // The redirects that the probes caused have used up what node1 may be told in this second.
  await lab.run('node1', 'sleep 6');
  await lab.run(
    'node2',
    'ip6tables -A FORWARD -d 2001:db8:2::3 -p ipv6-icmp -j REJECT --reject-with icmp6-adm-prohibited',
  );
  expect(pings(await out(lab, 'node1', 'ping -c 1 2001:db8:2::3'))[0]).toBe(
    'From 2001:db8:1::2 icmp_seq=1 Destination unreachable: Administratively prohibited',
  );
  expect(await out(lab, 'node2', 'ip6tables -L FORWARD -v -n | grep REJECT')).toMatch(/^ {4}1 {3}104 REJECT/);
  await lab.run('node3', 'nc -6 -l -p 7000 > /tmp/got &');
  await lab.run('node1', 'echo hello | nc -6 -N 2001:db8:2::3 7000; sleep 1');
  expect(await out(lab, 'node3', 'cat /tmp/got')).toBe('hello\n');
});

test('a redirect of the hop in use is followed, unless accept_redirects says no', async () => {
  const lab = await makeLab(1);
  const far = '2001:db8:2::3';
  const router = 'fe80::5054:ff:fe38:12';
  await lab.run('node2', 'sysctl -w net.ipv6.conf.all.forwarding=1; ip addr add 2001:db8:1::2/64 dev eth0 nodad');
  await lab.run('node2', 'ip addr add 2001:db8:2::2/64 dev eth0 nodad');
  await lab.run('node3', 'ip addr add 2001:db8:2::3/64 dev eth0 nodad; ip -6 route add 2001:db8:1::/64 dev eth0');
  await lab.run(
    'node1',
    'ip addr add 2001:db8:1::1/64 dev eth0 nodad; sysctl -w net.ipv6.conf.eth0.accept_redirects=0',
  );
  await lab.run('node1', `ip -6 route add default via ${router} dev eth0`);
  const way = async (): Promise<string> => (await out(lab, 'node1', `ip -6 route get ${far}`)).trim();
  const through = `${far} from :: via ${router} dev eth0 src 2001:db8:1::1 metric 1024 pref medium`;
  expect(await way()).toBe(through);
  await lab.run('node1', `ping -c 2 ${far}`);
  expect(await way()).toBe(through);
  await lab.run('node1', `sysctl -w net.ipv6.conf.eth0.accept_redirects=1; sleep 2; ping -c 2 ${far}`);
  expect(await way()).toBe(`${far} from :: dev eth0 src 2001:db8:1::1 metric 1024 pref medium`);
  // It is an exception: no route of the table, and gone with the one it is of.
  expect(await out(lab, 'node1', 'ip -6 route')).not.toContain(`${far} `);
  expect(await out(lab, 'node1', `ping -c 1 -t 1 ${far}`)).toContain(`64 bytes from ${far}: icmp_seq=1 ttl=64`);
  await lab.run('node1', `ip -6 route del default; ip -6 route add default via ${router} dev eth0`);
  expect(await way()).toBe(through);
});

test('docker network create --ipv6: addresses, routes and rules; packets flow', async () => {
  const lab = await makeLab(1);
  await lab.run('node3', 'docker network create --ipv6 --subnet 2001:db8:1::/64 six');
  const id = (await out(lab, 'node3', "docker network inspect six --format '{{.Id}}'")).slice(0, 12);
  expect(await out(lab, 'node3', `ip -6 addr show dev br-${id} | grep global`)).toBe(
    '    inet6 2001:db8:1::1/64 scope global nodad \n',
  );
  expect(await out(lab, 'node3', 'sysctl -n net.ipv6.conf.all.forwarding')).toBe('1\n');
  await lab.run('node3', 'docker run -d --name aa --net six busybox sleep 1000');
  expect(await out(lab, 'node3', 'docker exec aa ip -6 addr show dev eth0 | grep inet6')).toMatch(
    /^ {4}inet6 2001:db8:1::2\/64 scope global flags 02 \n {4}inet6 fe80::[0-9a-f:]+\/64 scope link tentative \n$/,
  );
  expect(await out(lab, 'node3', 'docker exec aa ip -6 route')).toBe(
    '2001:db8:1::/64 dev eth0  metric 256 \nfe80::/64 dev eth0  metric 256 \ndefault via 2001:db8:1::1 dev eth0  metric 1024 \n',
  );
  expect(await out(lab, 'node3', 'docker run --rm --net six busybox ping -6 -c 1 aa')).toContain(
    '1 packets transmitted, 1 packets received, 0% packet loss',
  );
  expect(pings(await out(lab, 'node3', 'ping -c 1 2001:db8:1::2'))[0]).toBe(
    '64 bytes from 2001:db8:1::2: icmp_seq=1 ttl=64',
  );
  // Outwards it is masqueraded; inwards only by its bridge.
  await lab.run('node3', 'ip addr add 2001:db8:f::3/64 dev eth0 nodad');
  await lab.run(
    'node1',
    'ip addr add 2001:db8:f::1/64 dev eth0 nodad; ip -6 route add 2001:db8:1::/64 via 2001:db8:f::3',
  );
  expect(await out(lab, 'node3', 'docker exec aa ping -6 -c 1 2001:db8:f::1')).toContain('1 packets received');
  expect(await out(lab, 'node3', 'conntrack -L -f ipv6')).toMatch(
    /src=2001:db8:1::2 dst=2001:db8:f::1 type=128 code=0 id=\d+ src=2001:db8:f::1 dst=2001:db8:f::3 type=129 code=0/,
  );
  expect(pings(await out(lab, 'node1', 'ping -c 1 -W 1 2001:db8:1::2'))).toEqual([
    '1 packets transmitted, 0 received, 100% packet loss,',
  ]);
  await lab.run('node3', 'docker rm -f aa; docker network rm six');
  const rules = await out(lab, 'node3', 'ip6tables-save');
  expect(rules).not.toContain(`br-${id}`);
});
