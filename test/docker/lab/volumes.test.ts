/** Volumes with options of the local driver: what is mounted on them, when, and what is said when it cannot be. */
import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open({ hosts: 1 });
});

const make = (name: string, options: Record<string, string>): Promise<string> =>
  m.out(
    `docker volume create ${Object.entries(options)
      .map(([k, v]) => `-o ${k}=${v}`)
      .join(' ')} ${name}`,
  );
const run = (volume: string, command: string): string => `docker run --rm -v ${volume} alpine sh -c '${command}'`;
const PATH = '/var/lib/docker/volumes';

test('one in memory is mounted while somebody uses it, and forgets what it held', async () => {
  await make('mem', { type: 'tmpfs', device: 'tmpfs', o: 'size=1m,uid=1000' });
  expect(await m.out("docker volume inspect -f '{{json .Options}}' mem")).toBe(
    '{"device":"tmpfs","o":"size=1m,uid=1000","type":"tmpfs"}',
  );
  const shown = (at: string): string => `tmpfs on ${at} type tmpfs (rw,relatime,size=1024k,uid=1000)`;
  await m.out("docker run -d --name user -v mem:/m alpine sh -c 'echo held > /m/f; sleep 100'");
  expect(await m.out(run('mem:/other', 'cat /other/f; mount | grep /other'))).toBe(`held\n${shown('/other')}`);
  expect(await m.out('mount | grep volumes')).toBe(shown(`${PATH}/mem/_data`));
  await m.out('docker rm -f user');
  expect(await m.out('mount | grep -c volumes || true')).toBe('0');
  expect(await m.out(run('mem:/m', 'ls /m | wc -l'))).toBe('0');
  await make('usual', { type: 'tmpfs', device: 'tmpfs', o: 'defaults,ro,rw,noexec' });
  expect(await m.out(run('usual:/u', 'mount | grep /u'))).toBe('tmpfs on /u type tmpfs (rw,noexec,relatime)');
});

test('one that is a directory of the machine shows it, to docker cp too', async () => {
  await m.out('mkdir -p /srv/d; echo here > /srv/d/f');
  await make('dir', { type: 'none', device: '/srv/d', o: 'bind,ro' });
  expect(await m.out(run('dir:/b', 'cat /b/f'))).toBe('here');
  expect(await m.fails(run('dir:/b', 'touch /b/g'))).toBe('touch: /b/g: Read-only file system [1]');
  await m.out('docker create --name still -v dir:/b alpine; docker cp -q still:/b/f /tmp/f; docker rm still');
  expect(await m.out('cat /tmp/f; ls /srv/d')).toBe('here\nf');
});

test('what cannot be mounted is told in the words of mount(2) when a container wants it', async () => {
  await make('gone', { type: 'none', device: '/no/such', o: 'bind' });
  await make('nfs', { type: 'nfs', device: ':/x', o: 'addr=192.0.2.1,rw' });
  await make('bad', { type: 'tmpfs', device: 'tmpfs', o: 'siz=3' });
  const said = (name: string, why: string): string =>
    `error while mounting volume '${PATH}/${name}/_data': failed to mount local volume: mount ${why}`;
  const gone = said('gone', `/no/such:${PATH}/gone/_data, flags: 0x1000: no such file or directory [127]`);
  expect(await m.fails(run('gone:/g', ':'))).toBe(gone);
  expect(await m.fails(run('gone:/etc', ':'))).toBe(`failed to populate volume: ${gone}`);
  expect(await m.fails(run('nfs:/g', ':'))).toBe(
    said('nfs', `:/x:${PATH}/nfs/_data, data: addr=192.0.2.1: no such device [125]`),
  );
  expect(await m.fails(run('bad:/g', ':'))).toBe(
    said('bad', `tmpfs:${PATH}/bad/_data, data: siz=3: invalid argument [125]`),
  );
  expect(await m.out('docker ps -aq')).toBe('');
});

test('the API changes volumes of a cluster only', async () => {
  expect(await m.out("curl -s -X PUT -w '%{http_code}' --unix-socket /run/docker.sock http://x/volumes/mem")).toBe(
    '{"message":"volume update only valid for cluster volumes, but swarm is unavailable"}\n503',
  );
});

test('a part of a volume, and a volume that is made anew, which is empty', async () => {
  await m.out(run('whole:/w', 'mkdir /w/part; echo inner > /w/part/f'));
  const part = (sub: string): string =>
    `docker run --rm --mount type=volume,src=whole,dst=/p,volume-subpath=${sub} alpine cat /p/f`;
  expect(await m.out(part('part'))).toBe('inner');
  expect(await m.fails(part('none'))).toContain(`cannot access path ${PATH}/whole/_data/none: `);
  expect(await m.fails(part('../x'))).toContain('subpath must be a relative path within the volume [125]');
  await m.out('docker volume rm whole');
  expect(await m.out(run('whole:/w', 'ls /w | wc -l'))).toBe('0');
});
