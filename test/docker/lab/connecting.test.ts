import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
});

test('the container is looked for before the network', async () => {
  expect(await m.fails('docker network connect nonet noctr')).toBe('No such container: noctr [1]');
  expect(await m.fails('docker network disconnect nonet noctr')).toBe('No such container: noctr [1]');
  expect(await m.fails('docker network disconnect -f nonet noctr')).toBe('network nonet not found [1]');
  expect(await m.fails('docker network disconnect -f bridge noctr')).toBe('endpoint noctr not found [1]');
});

test('a container that does not run takes any network; its start tells', async () => {
  await m.out('docker create --name idle busybox top; docker network connect later idle');
  expect(await m.fails('docker start idle')).toBe('failed to set up container networking: network later not found [1]');
  await m.out('docker network create later; docker start idle');
  expect(await m.out('docker exec idle ip -o -4 addr | grep -c eth')).toBe('2');
  const id = await m.out("docker inspect -f '{{.Id}}' idle");
  expect(await m.fails('docker network connect nonet idle')).toBe('network nonet not found [1]');
  expect(await m.fails('docker network disconnect nonet idle')).toBe('network nonet not found [1]');
  expect(await m.fails('docker network disconnect -f nonet idle')).toBe(
    `container ${id} is not connected to the network nonet [1]`,
  );
  await m.out('docker network disconnect later idle');
  expect(await m.fails('docker network disconnect -f later idle')).toBe(
    `container ${id} is not connected to network later [1]`,
  );
  await m.out('docker stop -t 0 idle; docker network connect --alias x later idle');
  const names = "docker inspect -f '{{json .NetworkSettings.Networks.later.DNSNames}}' idle";
  expect(JSON.parse(await m.out(names))).toEqual(['idle', 'x', id.slice(0, 12)]);
  await m.out('docker network disconnect later idle; docker start idle');
});
