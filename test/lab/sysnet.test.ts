/** /sys/class/net: what people read of devices, bridges and ports, and what writing changes. */
import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from '../docker/lab/sh.ts';

let m: Machine;
let veth = '';
beforeAll(async () => {
  m = await open();
  await m.out('docker run -d --name c1 busybox sleep 10000');
  veth = await m.out('ls /sys/class/net | grep veth');
});

const read = (path: string): Promise<string> => m.out(`cat /sys/class/net/${path}`);
const link = (path: string): Promise<string> => m.out(`readlink /sys/class/net/${path}`);

test('a device, its bridge and its port are told as Linux tells them', async () => {
  expect(await link('docker0')).toBe('../../devices/virtual/net/docker0');
  expect(await link(`${veth}/master`)).toBe('../docker0');
  expect(await link(`${veth}/upper_docker0`)).toBe('../docker0');
  expect(await link(`docker0/brif/${veth}`)).toBe(`../../${veth}/brport`);
  expect(await link(`docker0/lower_${veth}`)).toBe(`../${veth}`);
  expect(await read('docker0/operstate')).toBe('up');
  expect([await read(`${veth}/flags`), await read('docker0/flags'), await read('lo/flags')]).toEqual([
    '0x1303',
    '0x1003',
    '0x9',
  ]);
  expect([await read(`${veth}/speed`), await read(`${veth}/duplex`)]).toEqual(['10000', 'full']);
  expect(await m.fails('cat /sys/class/net/lo/speed')).toContain('cat: /sys/class/net/lo/speed: Invalid argument');
  const mac = (await read('docker0/address')).replaceAll(':', '');
  expect(await read('docker0/bridge/bridge_id')).toBe(`8000.${mac}`);
  expect([await read(`docker0/brif/${veth}/port_no`), await read(`${veth}/brport/state`)]).toEqual(['0x1', '3']);
  expect(await read('docker0/uevent')).toMatch(/^DEVTYPE=bridge\nINTERFACE=docker0\nIFINDEX=\d+$/);
  expect(await m.out('ls /sys/class/net/docker0/statistics | wc -l')).toBe('24');
});

test('writing a number changes the device', async () => {
  const write = (text: string, path: string): Promise<string> => m.out(`echo ${text} > /sys/class/net/${path}`);
  await write('1', `docker0/brif/${veth}/hairpin_mode`);
  expect(await m.out(`bridge -d link show dev ${veth}`)).toContain('hairpin on');
  await write('40000', 'docker0/bridge/ageing_time');
  expect(await m.out('ip -d link show docker0')).toContain('ageing_time 40000');
  await write('1400', `${veth}/mtu`);
  expect(await m.out(`ip link show ${veth}`)).toContain('mtu 1400');
  expect(await m.fails(`echo many > /sys/class/net/${veth}/mtu`)).toContain('Invalid argument');
});
