import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
});

/** The engine's words about ports of a container that cannot have them, without its endpoint. */
const refused = async (ports: string): Promise<string> => {
  const said = await m.fails(`docker run -d --name taken ${ports} busybox top`);
  await m.out('docker rm -f taken');
  return said.replace(
    /^failed to set up container networking: driver failed programming external connectivity on endpoint taken \(\w{64}\): /,
    '',
  );
};

test('exact host ports are taken before ranges that hold them, whatever the order of ports inside', async () => {
  await m.out('docker run -d --name order -p 90:90/udp -p 100-102:80 -p 102:90/tcp -p 101:85 busybox top');
  expect((await m.lines("iptables -t nat -S DOCKER | grep -o 'p [a-z]* .*'")).map((l) => l.split(' ')[5])).toEqual([
    '101',
    '102',
    '90',
    '100',
  ]);
  await m.out('docker rm -f order');
});

test('a host port of a container can be listened on once', async () => {
  const listen = 'failed to listen on TCP socket: address already in use [125]';
  expect(await refused('-p 81:80 -p 81:80')).toBe(listen);
  expect(await refused('-p 81:80 -p 127.0.0.1:81:80')).toBe(listen);
  await m.out('docker run -d --name free -p 81:80 -p 82:80 busybox top; docker rm -f free');
});

test('what cannot be bound is tried ten times, unless only one port would do; then the last one is told', async () => {
  const away = 'cannot assign requested address [125]';
  expect(await refused('-p 192.0.2.9:70:80')).toBe(
    `failed to bind host port for 192.0.2.9:70:172.17.0.2:80/tcp: ${away}`,
  );
  expect(await refused('-p 192.0.2.9::80')).toBe(`failed to bind host port for 192.0.2.9::172.17.0.2:80/tcp: ${away}`);
  expect(await refused('-p 192.0.2.9:70-72:80')).toBe(
    `failed to bind host port 70 for 192.0.2.9:70-72:172.17.0.2:80/tcp: ${away}`,
  );
});

test('proxies of one UDP port stand side by side on different addresses', async () => {
  await m.out(
    'docker run -d --name u1 -p 127.0.0.1:53:53/udp busybox top; docker run -d --name u2 -p 53:53/udp busybox top',
  );
  expect(await m.lines("ss -Huln | awk '{print $4}'")).toEqual(['127.0.0.1:53', '0.0.0.0:53', '[::]:53']);
  await m.out('docker rm -f u1 u2');
});

test('a container that cannot start has left its networks, and came to none', async () => {
  await m.out('sleep 1; date +%s > /tmp/t0');
  await m.fails('docker run --rm --name lost busybox nosuch');
  const format = "--format '{{.Type}} {{.Action}} {{.Actor.Attributes.name}}'";
  expect(await m.lines(`sleep 1; docker events --since $(cat /tmp/t0) --until $(date +%s) ${format}`)).toEqual([
    'container create lost',
    'container attach lost',
    'network disconnect bridge',
    'container destroy lost',
  ]);
  expect(await m.lines(`docker events --since 0 --until $(date +%s) ${format}`)).toContain('container create order');
});
