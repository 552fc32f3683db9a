/** What the programs of busybox say in a container, where coreutils and net-tools word it otherwise. */
import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
  await m.out('docker run -d --name bb busybox top');
});

const FAULTS: readonly (readonly [command: string, said: string])[] = [
  ['cat /nosuch', "cat: can't open '/nosuch': No such file or directory [1]"],
  ['cat /etc', 'cat: read error: Is a directory [1]'],
  ['ls /nosuch', 'ls: /nosuch: No such file or directory [1]'],
  ['rm /nosuch', "rm: can't remove '/nosuch': No such file or directory [1]"],
  ['rm /etc', "rm: '/etc' is a directory [1]"],
  ['rmdir /etc', "rmdir: '/etc': Directory not empty [1]"],
  ['mkdir /etc', "mkdir: can't create directory '/etc': File exists [1]"],
  ['cp /nosuch /tmp', "cp: can't stat '/nosuch': No such file or directory [1]"],
  ['cp /etc /tmp', "cp: omitting directory '/etc' [1]"],
  ['mv /nosuch /tmp', "mv: can't rename '/nosuch': No such file or directory [1]"],
  ['touch /a/b', 'touch: /a/b: No such file or directory [1]'],
  ['tail /nosuch', "tail: can't open '/nosuch': No such file or directory [1]"],
  ['sort /nosuch', "sort: can't open '/nosuch': No such file or directory [2]"],
  ['sed p /nosuch', 'sed: /nosuch: No such file or directory [1]'],
  ['chmod 644 /nosuch', 'chmod: /nosuch: No such file or directory [1]'],
  ['chown nosuch /etc', 'chown: unknown user nosuch [1]'],
  ['ln /nosuch /x', 'ln: /nosuch: No such file or directory [1]'],
  ['stat /nosuch', "stat: can't stat '/nosuch': No such file or directory [1]"],
  ['find /nosuch', 'find: /nosuch: No such file or directory [1]'],
  ['du /nosuch', 'du: /nosuch: No such file or directory [1]'],
  ['tar tf /nosuch', "tar: can't open '/nosuch': No such file or directory [1]"],
  ['ping -c x 127.0.0.1', "ping: invalid number 'x' [1]"],
  ['hostname other', 'hostname: sethostname: Operation not permitted [1]'],
  ['ifconfig eth0 down', 'ifconfig: SIOCSIFFLAGS: Operation not permitted [1]'],
  ['route add default gw 172.17.0.9', 'route: SIOCADDRT: Operation not permitted [1]'],
  ['ip addr add 192.0.2.1/24 dev eth0', 'ip: RTNETLINK answers: Operation not permitted [2]'],
];
test.each(FAULTS)('%s', async (command, said) => {
  expect(await m.fails(`docker exec bb ${command}`)).toBe(said);
});

test('interfaces by name, routes as netstat has them, columns of ps', async () => {
  expect((await m.lines('docker exec bb ifconfig')).filter((l) => /^\w/.test(l)).map((l) => l.split(' ')[0])).toEqual([
    'eth0',
    'lo',
  ]);
  expect((await m.lines('docker exec bb netstat -rn'))[1]).toBe(
    'Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface',
  );
  expect((await m.lines('netstat -rn'))[1]).toContain('MSS Window  irtt');
  expect((await m.lines('docker exec bb ps -o pid,comm'))[0]).toBe('PID   COMMAND');
  expect(await m.out('docker exec bb [ a = a ]')).toBe('');
});

test('words of exec for a directory that is no path', async () => {
  const { stdout, exit } = await m.lab.run('node1', 'docker exec -w rel bb pwd');
  expect([stdout.trim(), exit]).toEqual(['OCI runtime exec failed: exec failed: Cwd must be an absolute path', 126]);
});

test('volumes have a life of their own among the events', async () => {
  await m.out('docker run -d --name vv -v data:/d:ro busybox top');
  await m.out('docker rm -f vv');
  await m.out('docker volume rm data');
  const events = await m.lines(
    "sleep 2; docker events --since 1m --until 0s --filter volume=data --format '{{.Action}} {{.Actor.Attributes.destination}} {{.Actor.Attributes.driver}}'",
  );
  expect(events).toEqual([
    'create <no value> local',
    'mount /d local',
    'unmount <no value> local',
    'destroy <no value> local',
  ]);
});

test('coreutils of the host keep their words', async () => {
  expect(await m.fails('head /nosuch')).toBe("head: cannot open '/nosuch' for reading: No such file or directory [1]");
  expect(await m.fails('ls /nosuch')).toBe("ls: cannot access '/nosuch': No such file or directory [2]");
});

test('nslookup asks for what -type says', async () => {
  await m.out('docker network create net');
  const lines = await m.lines('docker run --rm --net net --name me busybox nslookup -type=a me');
  expect(lines.filter((l) => l.startsWith('Non-authoritative'))).toHaveLength(1);
});
