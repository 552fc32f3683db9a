/** What the map is told of a container. */
import { expect, it } from 'vitest';
import { makeLab } from '../rig.ts';

it('a container listens where its own programs do, not where dockerd’s resolver does', async () => {
  const lab = await makeLab();
  await lab.run('node1', 'docker network create app; docker run -d --net app --name db redis');
  await lab.pass(1e9);
  expect((await lab.run('node1', 'docker exec db cat /etc/resolv.conf')).stdout).toContain('nameserver 127.0.0.11');
  const db = JSON.stringify(lab.view());
  expect(db).toContain(':6379');
  expect(db).not.toContain('127.0.0.11');
});

it('what a starting container sends for IPv6 by itself is told from what its program sends', async () => {
  const lab = await makeLab();
  await lab.run('node1', 'docker run -d --name box busybox sleep 100');
  await lab.pass(10e9);
  await lab.run('node1', 'docker exec box ping -c 1 172.17.0.1; ping -c 1 fe80::5054:ff:fe38:12%eth0');
  const { frames } = lab.frames(0);
  const said = (own: boolean): string =>
    frames
      .filter((f) => (f.housekeeping ?? false) === own)
      .map((f) => f.summary)
      .join('\n');
  expect(said(true)).toMatch(/ > ff02::2: ICMP6, router solicitation/);
  expect(said(true)).toMatch(/ > ff02::16: .*multicast listener report/);
  expect(said(true)).toMatch(/:: > ff02::1:ff.*neighbor solicitation/);
  expect(said(true)).not.toMatch(/echo|ARP|advertisement/);
  expect(said(false)).toMatch(/ICMP echo request/);
  expect(said(false)).toMatch(/ICMP6, neighbor solicitation, who has fe80::5054:ff:fe38:12/);
  expect(said(false)).not.toMatch(/router solicitation|listener report/);
});

it('a container has no network until it is connected, and when it is disconnected', async () => {
  const lab = await makeLab();
  const bare = () => lab.view().machines.flatMap((m) => m.containers)[0];
  await lab.run('node1', 'docker run -d --network none --name bare busybox top; docker network create demo');
  expect(bare()?.shares).toBe('none');
  await lab.run('node1', 'docker network disconnect none bare');
  expect(bare()?.shares).toBe('none');
  await lab.run('node1', 'docker network connect demo bare');
  expect(bare()?.shares).toBeUndefined();
  expect(bare()?.networks.map((n) => n.name)).toEqual(['demo']);
  await lab.run('node1', 'docker network disconnect demo bare');
  expect(bare()?.shares).toBe('none');
});

it('the LAN is told as its devices have it', async () => {
  const lab = await makeLab();
  expect(lab.view().lan).toEqual({ prefix: '192.168.56.0/24', router: '192.168.56.1' });
  await lab.run('node1', 'ip link del eth0');
  expect(lab.view().lan?.router).toBe('192.168.56.1');
  for (const node of ['node2', 'node3']) await lab.run(node, 'ip link del eth0');
  expect(lab.view().lan).toBeUndefined();
});
