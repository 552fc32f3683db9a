/** jq, socat, telnet, tracepath, mtr, ethtool, systemctl and small tools on a machine of the lab. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { bugs, makeLab } from '../../rig.ts';

let lab: Lab;
const sh = async (script: string): Promise<string> => {
  const { stdout, stderr } = await lab.run('node1', script);
  return stdout + stderr;
};
beforeAll(async () => {
  lab = await makeLab();
});
afterAll(() => expect(bugs(lab)).toEqual([]));

it.each([
  ['.a, (.b | length)', '{"a":1,"b":[1,2]}', '1\n2\n'],
  ['[.[] | select(.n > 1) | .s]', '[{"n":1,"s":"x"},{"n":2,"s":"y"}]', '["y"]\n'],
  ['to_entries | map("\\(.key)=\\(.value)") | join(",")', '{"a":1,"b":2}', '"a=1,b=2"\n'],
  ['with_entries(.value += 1)', '{"a":1}', '{"a":2}\n'],
  ['group_by(.k) | map(length)', '[{"k":2},{"k":1},{"k":2}]', '[1,2]\n'],
  ['reduce .[] as $x (0; . + $x)', '[1,2,3]', '6\n'],
  ['.a.b.c // "none"', '{}', '"none"\n'],
  ['.[0] |= . * 2 | del(.[1])', '[2,3,4]', '[4,4]\n'],
  ['def f(x): x * 2; f(.a)', '{"a":4}', '8\n'],
  ['[.[] | try error("no") catch .]', '[1]', '["no"]\n'],
  ['[match("a(.)"; "g").captures[0].string]', '"abac"', '["b","c"]\n'],
  ['.[] as {a: $x, b: [$y]} | $x + $y', '[{"a":1,"b":[2]}]', '3\n'],
])('jq %s', async (filter, input, output) => {
  expect(await sh(`echo '${input}' | jq -c '${filter}'`)).toBe(output);
});

it('jq complains and exits as jq does', async () => {
  expect(await sh(`echo '{"a":1}' | jq '.a.b'; echo $?`)).toMatch(
    /jq: error \(at <stdin>:1\): Cannot index number with "b"\n/,
  );
  expect(await sh(`echo 1 | jq 'nosuch'; echo $?`)).toMatch(
    /^3\njq: error: nosuch\/0 is not defined at <top-level>|nosuch\/0 is not defined/,
  );
  expect(await sh('docker network inspect bridge | jq -r ".[0].IPAM.Config[0].Subnet"')).toBe('172.17.0.0/16\n');
});

it('tracepath, mtr and ethtool look at the way and the devices', async () => {
  expect(await sh('tracepath -n ext.lab')).toMatch(
    /^ 1\?: \[LOCALHOST\] {22}pmtu 1500\n 1: {2}192\.168\.56\.1 {38,} *\d\.\d{3}ms \n 2: {2}203\.0\.113\.10 +\d\.\d{3}ms reached\n {5}Resume: pmtu 1500 hops 2 back 2 \n$/,
  );
  expect(await sh('mtr -n -r -c 2 ext.lab')).toMatch(
    /^Start: \S+\nHOST: node1 {23}Loss% {3}Snt {3}Last {3}Avg {2}Best {2}Wrst StDev\n {2}1\.\|-- 192\.168\.56\.1 {15}0\.0% {5}2( +\d\.\d){5}\n {2}2\.\|-- 203\.0\.113\.10 /,
  );
  expect(await sh('ethtool -i docker0 | head -2; ethtool eth0 | tail -1; ethtool nosuch; echo $?')).toMatch(
    /driver: bridge\nversion: 2\.3\n\tLink detected: yes\nNo data available\n75\nnetlink error: no device matches name/,
  );
});

it('telnet and socat connect, relay and refuse', async () => {
  expect(await sh('telnet 127.0.0.1 9; echo $?')).toBe(
    'Trying 127.0.0.1...\n1\ntelnet: Unable to connect to remote host: Connection refused\n',
  );
  expect(
    await sh(
      'socat TCP-LISTEN:7000,fork,reuseaddr EXEC:cat & sleep 0.2; echo one | socat - TCP:127.0.0.1:7000; echo two | nc -q1 127.0.0.1 7000; kill %1',
    ),
  ).toBe('one\ntwo\n');
  expect(await sh('echo x | socat - TCP:127.0.0.1:9; echo $?')).toMatch(
    /^1\n\S+ \S+ socat\[\d+\] E connect\(5, AF=2 127\.0\.0\.1:9, 16\): Connection refused\n$/,
  );
  expect(
    await sh('socat UDP-LISTEN:7002,fork EXEC:cat & sleep 0.2; echo dgram | socat -t1 - UDP:127.0.0.1:7002; kill %1'),
  ).toBe('dgram\n');
});

it('systemctl restarts dockerd: what a policy wants comes back, the rest stays down', async () => {
  await sh(
    'docker run -d --name keep --restart always -p 8080:80 nginx; docker run -d --name once nginx; sleep 1; systemctl restart docker; sleep 1',
  );
  expect(await sh(`docker ps -a --format '{{.Names}} {{.State}}'`)).toBe('once exited\nkeep running\n');
  expect(await sh('curl -s -o /dev/null -w "%{http_code}" localhost:8080')).toBe('200');
  expect(await sh('systemctl stop docker; systemctl is-active docker; echo $?; docker ps')).toMatch(
    /^inactive\n3\nCannot connect to the Docker daemon at unix:\/\/\/var\/run\/docker\.sock\. Is the docker daemon running\?/,
  );
  expect(await sh('curl -s localhost:8080; echo $?')).toBe('7\n');
  expect(await sh('systemctl start docker; docker ps --format "{{.Names}}"; journalctl -u docker -n 1')).toMatch(
    /^keep\n\w{3} \d\d \d\d:\d\d:\d\d node1 systemd\[1\]: Started docker\.service - Docker Application Container Engine\.\n$/,
  );
});

it.each([
  ['echo hello | base64', 'aGVsbG8K\n'],
  ['echo aGVsbG8K | base64 -d', 'hello\n'],
  ['echo hello | md5sum', 'b1946ac92492d2347c6235b4d2611184  -\n'],
  ['echo hello | sha1sum', 'f572d396fae9206628714fb2ce00f72e94f2258f  -\n'],
  ['echo hello | sha256sum', '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  -\n'],
  ['echo hello | xxd', '00000000: 6865 6c6c 6f0a                           hello.\n'],
  ['printf "68 69" | xxd -r -p', 'hi'],
  ['echo hello | od -c', '0000000   h   e   l   l   o  \\n\n0000006\n'],
  ['echo hello | hexdump -C', '00000000  68 65 6c 6c 6f 0a                                 |hello.|\n00000006\n'],
])('%s', async (command, output) => {
  expect(await sh(command)).toBe(output);
});

it('nmap tells open from closed, and who is there', async () => {
  await sh('docker run -d --name target nginx; sleep 1');
  const ip = (await sh(`docker inspect -f '{{.NetworkSettings.IPAddress}}' target`)).trim();
  expect(await sh(`nmap -p 80,81 ${ip}`)).toMatch(
    /\nPORT {3}STATE {2}SERVICE\n80\/tcp open {3}http\n81\/tcp closed unknown\nMAC Address: /,
  );
  expect(await sh('nmap -n -sn 192.168.56.0/28')).toMatch(/\(4 hosts up\)/);
});

it('net-tools change routes, addresses and neighbours', async () => {
  expect(
    await sh(
      'route add -net 10.9.0.0 netmask 255.255.0.0 gw 192.168.56.1; ip route show 10.9.0.0/16; route del -net 10.9.0.0/16; route del -net 10.9.0.0/16; echo $?',
    ),
  ).toBe('10.9.0.0/16 via 192.168.56.1 dev eth0 \n7\nSIOCDELRT: No such process\n');
  expect(
    await sh('ip link add d0 type dummy; ifconfig d0 10.5.0.1 netmask 255.255.255.0 up; ip -4 -o addr show d0'),
  ).toMatch(/inet 10\.5\.0\.1\/24 brd 10\.5\.0\.255 scope global d0/);
  expect(
    await sh(
      'arp -s 192.168.56.77 02:00:00:00:00:01; ip neigh show 192.168.56.77; arp -d 192.168.56.77; arp -d 192.168.56.77; echo $?',
    ),
  ).toBe('192.168.56.77 dev eth0 lladdr 02:00:00:00:00:01 PERMANENT \n255\nNo ARP entry for 192.168.56.77\n');
});

it('unshare makes a network of its own, lsns finds it', async () => {
  expect(await sh('unshare -n ip -br link')).toBe('lo               DOWN           00:00:00:00:00:00 <LOOPBACK> \n');
  expect(await sh('unshare -n sleep 9 & sleep 0.1; lsns -n -t net | grep -c "sleep 9"; kill %1')).toBe('1\n');
});

it('tar and diff', async () => {
  await sh('mkdir -p /t/d /o; cd /t; echo a > a; echo b > d/b; tar cf /x.tar a d');
  expect(await sh('cd /; tar tf x.tar; tar xf x.tar -C o; cat o/d/b; docker save alpine | tar t | tail -1')).toBe(
    'a\nd/\nd/b\nb\nrepositories\n',
  );
  expect(await sh('cd /t; diff a d/b; echo $?; diff -q a a; echo $?')).toBe('1c1\n< a\n---\n> b\n1\n0\n');
});
