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
