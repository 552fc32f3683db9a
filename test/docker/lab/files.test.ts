import { beforeAll, describe, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
  await m.out('mkdir -p /tmp/dir/sub; echo 1 > /tmp/dir/one; echo 2 > /tmp/dir/sub/two; ln -s one /tmp/dir/link');
});

const run = (flags: string, command: string): Promise<string> => m.out(`docker run --rm ${flags} busybox ${command}`);

describe('mounts', () => {
  test('tmpfs', async () => {
    expect(await run('--mount type=tmpfs,target=/tt', 'grep " /tt " /proc/mounts')).toContain('tmpfs /tt tmpfs rw');
    expect(await run('--tmpfs /tt:size=1m', 'grep " /tt " /proc/mounts')).toContain('size=1');
    expect(await m.fails('docker run --rm --tmpfs rel busybox true')).toBe(
      "invalid mount path: 'rel' mount path must be absolute [125]",
    );
  });

  test('volumes keep what is written, also read only, also those of others', async () => {
    await run('--mount type=volume,src=keep,dst=/v,volume-label=a=b', "sh -c 'echo hi > /v/f'");
    expect(await m.out("docker volume inspect -f '{{.Labels}}' keep")).toBe('map[a:b]');
    expect(await run('-v keep:/w:ro', 'cat /w/f')).toBe('hi');
    expect(await m.fails("docker run --rm -v keep:/w:ro busybox sh -c 'echo no > /w/f'")).toMatch(
      /read-only file system/i,
    );
    await m.out('docker run -d --name vol -v /data -v keep:/v busybox top');
    expect(await run('--volumes-from vol', 'cat /v/f')).toBe('hi');
    const mounts = JSON.parse(await m.out("docker inspect -f '{{json .Mounts}}' vol")) as {
      Destination: string;
      Mode: string;
    }[];
    expect(mounts.map((x) => [x.Destination, x.Mode]).sort()).toEqual([
      ['/data', ''],
      ['/v', 'z'],
    ]);
    expect(await m.fails('docker volume rm keep')).toMatch(/volume is in use - \[\w{64}\] \[1\]$/);
    await m.out('docker rm -fv vol');
    expect(await m.out("docker volume ls --format '{{.Name}}'")).toBe('keep');
    await m.out('docker volume rm keep');
  });

  test('an empty volume begins with what the image has there', async () => {
    expect(await run('-v seeded:/etc', 'head -c 4 /etc/passwd')).toBe('root');
    expect(await run('-v bare:/etc:nocopy', 'ls /etc')).not.toContain('passwd');
  });

  test('binds', async () => {
    expect(await run('-v /tmp/dir:/b', 'cat /b/sub/two')).toBe('2');
    await run('-v /tmp/made/by/docker:/b', 'true');
    expect(await m.out('ls -d /tmp/made/by/docker')).toBe('/tmp/made/by/docker');
    expect(await m.fails('docker run --rm --mount type=bind,src=/nosuch,dst=/x busybox true')).toBe(
      'invalid mount config for type "bind": bind source path does not exist: /nosuch [125]',
    );
    expect(await m.fails('docker run --rm -v /a:/b -v /c:/b busybox true')).toBe('Duplicate mount point: /b [125]');
    expect(await m.fails('docker run --rm -v aa:/b:foo busybox true')).toBe('invalid mode: foo [125]');
    expect(await m.fails('docker run --rm --mount type=bind,src=/tmp,dst=/t,volume-nocopy busybox true')).toBe(
      `invalid argument "type=bind,src=/tmp,dst=/t,volume-nocopy" for "--mount" flag: cannot mix 'volume-*' options with mount type 'bind' [125]`,
    );
  });

  test('a root that cannot be written', async () => {
    expect(await m.fails('docker run --rm --read-only busybox touch /x')).toMatch(/Read-only file system \[1\]$/);
    await run('--read-only --tmpfs /tmp', 'touch /tmp/x');
  });
});

describe('cp', () => {
  beforeAll(async () => {
    await m.out('docker run -d --name box busybox top');
  });

  test('files and directories, there and back', async () => {
    expect(await m.fails('docker cp --quiet=false /tmp/dir box:/srv; exit 1', true)).toMatch(
      /^Successfully copied \S+ to box:\/srv/,
    );
    expect((await m.out('docker exec box find /srv | sort')).split('\n')).toEqual([
      '/srv',
      '/srv/link',
      '/srv/one',
      '/srv/sub',
      '/srv/sub/two',
    ]);
    await m.out(
      'docker cp -q box:/srv/. /tmp/back && docker cp -q box:/srv/one /tmp/copy && docker cp -qL box:/srv/link /tmp/followed',
    );
    expect(await m.out('cat /tmp/back/sub/two /tmp/copy /tmp/followed')).toBe('2\n1\n1');
    expect((await m.out('docker diff box')).split('\n')).toEqual([
      'A /srv',
      'A /srv/link',
      'A /srv/one',
      'A /srv/sub',
      'A /srv/sub/two',
    ]);
  });

  test('what cannot be copied', async () => {
    expect(await m.fails('docker cp box:/nosuch /tmp/x')).toBe('Could not find the file /nosuch in container box [1]');
    expect(await m.fails('docker cp /nosuch box:/')).toBe('lstat /nosuch: no such file or directory [1]');
    expect(await m.fails('docker cp /tmp/dir box:/srv/one')).toBe('cannot copy directory [1]');
    expect(await m.fails('docker cp box:/srv /tmp/nope/x')).toBe(
      'invalid output path: directory "/tmp/nope" does not exist [1]',
    );
  });

  test('export, import, save, load', async () => {
    await m.out('docker export -o /tmp/e.tar box && docker import /tmp/e.tar got:1');
    expect(await m.out('docker run --rm got:1 cat /srv/one')).toBe('1');
    await m.out('docker save -o /tmp/s.tar got:1 && docker rmi got:1');
    expect(await m.out('docker load -i /tmp/s.tar')).toBe('Loaded image: got:1');
    expect(await m.out('docker run --rm got:1 cat /srv/sub/two')).toBe('2');
  });

  test('commit keeps what was written, and what is changed with it', async () => {
    await m.out(`docker commit -a me -m why -c 'ENV X=1' -c 'CMD ["cat", "/srv/one"]' box kept:1`);
    expect(await m.out("docker inspect -f '{{.Author}} {{.Comment}} {{.Config.Cmd}}' kept:1")).toBe(
      'me why [cat /srv/one]',
    );
    expect([await m.out('docker run --rm kept:1'), await m.out("docker run --rm kept:1 sh -c 'echo $X'")]).toEqual([
      '1',
      '1',
    ]);
  });
});

describe('prune', () => {
  test('stopped containers, by label and age', async () => {
    await m.out('docker create --name old --label keep=yes busybox && docker create --name plain busybox');
    const pruned = async (filter: string): Promise<number> =>
      (await m.out(`docker container prune -f ${filter}`)).split('\n').filter((l) => /^\w{64}$/.test(l)).length;
    expect(await pruned('--filter until=1h')).toBe(0);
    expect(await pruned('--filter label!=keep')).toBe(1);
    expect(await m.out("docker ps -a --filter status=created --format '{{.Names}}'")).toBe('old');
    expect(await pruned('--filter label=keep=yes')).toBe(1);
    expect(await m.fails('docker container prune -f --filter foo=bar')).toBe("invalid filter 'foo' [1]");
  });

  test('volumes and networks that nothing uses', async () => {
    await m.out('docker volume create named && docker network create spare');
    expect(await m.out('docker volume prune -f')).not.toContain('named');
    expect(await m.out('docker volume prune -af')).toContain('named');
    expect(await m.out('docker network prune -f')).toBe('Deleted Networks:\nspare\n');
  });
});

test('filters of ps', async () => {
  expect(await m.fails('docker ps --filter status=foo')).toBe(
    "invalid filter 'status=foo': invalid value for state (foo): must be one of created, running, paused, restarting, removing, exited, dead [1]",
  );
  expect(await m.fails('docker ps --filter exited=x')).toBe(
    `invalid filter 'exited=x': strconv.Atoi: parsing "x": invalid syntax [1]`,
  );
});
