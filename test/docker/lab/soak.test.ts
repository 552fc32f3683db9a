/** Containers that come and go leave nothing behind: objects are counted before and after many of them. */
import { queryObjects } from 'node:v8';
import { expect, test } from 'vitest';
import { Container } from '../../../src/docker/engine/container.ts';
import { Endpoint } from '../../../src/docker/libnetwork/endpoint.ts';
import { Sandbox } from '../../../src/docker/libnetwork/sandbox.ts';
import { MountTable } from '../../../src/linux/kernel/fs/mounts.ts';
import { TreeInode } from '../../../src/linux/kernel/fs/tree.ts';
import { Device, Netns } from '../../../src/linux/kernel/net/netns.ts';
import { InetSocket } from '../../../src/linux/kernel/net/sockfile.ts';
import { Proc } from '../../../src/linux/kernel/process.ts';
import type { LabWorld } from '../../../src/linux/kernel/world.ts';
import { makeLab } from '../../rig.ts';

const CLASSES = { Container, Device, Endpoint, InetSocket, MountTable, Netns, Proc, Sandbox, TreeInode };
/** Counting objects takes seconds: only where everything is tested. */
const ALL = process.env.DRYDOCK_ALL !== undefined;
const COUNT = ALL ? 600 : 40;

/** Living objects of each class in this process, after a garbage collection. */
const living = (): Record<string, number> =>
  Object.fromEntries(
    Object.entries(ALL ? CLASSES : {}).map(([name, of]) => [name, queryObjects(of, { format: 'count' })]),
  );

test(`${COUNT} containers that are made and removed leave no objects and no rows`, { timeout: 600_000 }, async () => {
  const lab = await makeLab();
  const world = lab.world as LabWorld;
  const kernel = world.machines[0];
  const cycle = (n: number): Promise<unknown> =>
    lab.run(
      'node1',
      `for i in $(seq ${n}); do docker rm -f $(docker run -d -P --network own training/webapp) >/dev/null; done`,
    );
  const rows = (): object => ({
    devices: world.net.devices.size,
    namespaces: world.net.all().length,
    sockets: world.net.sockets.size,
    processes: kernel?.processes().length,
    routes: world.net.all().map((ns) => ns.routes.all.length),
    mounts: kernel?.root.list().length,
    rules: kernel
      ?.net(kernel.hostNetns)
      .nfChains(4, 'nat')
      .map((c) => c.rules.length),
  });
  await lab.run('node1', 'docker network create own');
  await cycle(20);
  await lab.pass(200e9);
  const [objects, tables] = [living(), rows()];
  expect(objects.Netns ?? 1).toBeGreaterThan(0);
  await cycle(COUNT);
  await lab.pass(200e9);
  expect(rows()).toEqual(tables);
  for (const [name, n] of Object.entries(living()))
    expect(n, `living objects of ${name}`).toBeLessThanOrEqual(objects[name] as number);
});
