/** Finer points of containers: what they share, how they end, what their logs say of themselves. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
  await m.out('docker run -d --name web busybox top');
});

describe('what is shared', () => {
  test('an anonymous volume stays while another container has it', async () => {
    await m.out('docker run -d --name owner -v /data busybox top');
    await m.out('docker run --rm --volumes-from owner busybox touch /data/mark');
    expect(await m.out('docker run --rm --volumes-from owner busybox ls /data')).toBe('mark');
    await m.out('docker rm -fv owner');
    expect(await m.out('docker volume ls -q')).toBe('');
  });

  test('shared memory, by --ipc', async () => {
    await m.out("docker run -d --name donor --ipc shareable busybox sh -c 'echo there >/dev/shm/mark; exec top'");
    expect(await m.out('docker run --rm --ipc container:donor busybox cat /dev/shm/mark')).toBe('there');
    const full = await m.fails('docker run --rm --shm-size 1m busybox dd if=/dev/zero of=/dev/shm/x bs=1k count=2000');
    expect(full).toContain('No space left on device');
    expect(await m.out('docker run --rm --shm-size 2m busybox mount')).toContain(
      'shm on /dev/shm type tmpfs (rw,nosuid,nodev,noexec,relatime,size=2048k)',
    );
  });
});

describe('what it may not write', () => {
  test.each([
    ["sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'", /can't create \S+: Read-only file system/],
    ["sh -c 'echo 1400 >/sys/class/net/eth0/mtu'", /can't create \S+: Read-only file system/],
    ['sysctl -w net.ipv4.ip_forward=0', /error setting key 'net.ipv4.ip_forward': Read-only file system/],
  ])('%s', async (command, said) => {
    expect(await m.fails(`docker run --rm busybox ${command}`)).toMatch(said);
    await m.out(`docker run --rm --privileged busybox ${command}`);
  });
});

describe('how it ends', () => {
  const code = (name: string): Promise<string> => m.out(`docker inspect -f '{{.State.ExitCode}}' ${name}`);

  test('top ends by the signals that it catches, also as the first process', async () => {
    await m.out('docker run -d --name ending busybox top; docker stop ending');
    expect(await code('ending')).toBe('143');
    await m.out('docker start ending; docker stop -s HUP ending');
    expect(await code('ending')).toBe('129');
  });

  test('a paused one takes the signal before it is killed', async () => {
    await m.out('docker run -d --name held busybox top; docker pause held; docker stop held');
    expect(await code('held')).toBe('143');
  });

  test('who is run in a container is a child of its shim', async () => {
    await m.out('docker exec -d web sleep 100');
    const parents = (await m.lines('docker top web -o ppid,pid,cmd')).slice(1).map((l) => l.trim().split(/\s+/)[0]);
    expect(parents.length).toBe(2);
    expect(new Set(parents).size).toBe(1);
  });
});

describe('logs', () => {
  test('details: labels, variables and the tag that the options ask for', async () => {
    const asked = "--log-opt labels=z --log-opt env=FOO --log-opt tag='{{.Name}}/x'";
    await m.out(`docker run --name told --label z=1 --label y=2 -e FOO='a b' ${asked} busybox echo hi`);
    expect(await m.out('docker logs --details told')).toBe('FOO=a+b,tag=told%2Fx,z=1 hi');
    await m.out('docker run --name plain busybox echo hi');
    expect(await m.out('docker logs --details plain')).toBe(' hi');
  });

  test('since 0 is since the epoch', async () => {
    await m.out('docker run --name early busybox echo hi; sleep 2');
    expect(await m.out('docker logs --since 0 early')).toBe('hi');
  });
});

test('a user of nothing but a colon is root', async () => {
  expect(await m.out('docker run --rm -u : busybox id')).toBe('uid=0(root) gid=0(root) groups=0(root)');
});

test('an environment file is UTF-8', async () => {
  await m.out('echo QT3/Cg== | base64 -d >bad.env');
  expect(await m.fails('docker run --rm --env-file bad.env busybox env')).toBe(
    'docker: invalid env file (bad.env): invalid utf8 bytes at line 1: [65 61 255] [125]',
  );
});

test('stats of all names containers by short ids', async () => {
  expect(await m.out("docker stats --no-stream --format '{{.Container}}' | head -1")).toMatch(/^[0-9a-f]{12}$/);
});
