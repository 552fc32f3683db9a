/** What containers are held to: file systems in memory, resource limits; and what help lists. */
import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open({ hosts: 1 });
});

const run = (options: string, command: string): string => `docker run --rm ${options} alpine sh -c '${command}'`;

test('a tmpfs has the size, mode and owner that it was given', async () => {
  expect(await m.out(run('--tmpfs /t:size=1m,mode=700,uid=1000', 'mount | grep " /t "; ls -ld /t'))).toMatch(
    /^tmpfs on \/t type tmpfs \(rw,nosuid,nodev,noexec,relatime,size=1024k,mode=700,uid=1000\)\ndrwx------ +2 1000 /,
  );
  expect(await m.out(run('--tmpfs /t:exec', 'mount | grep " /t "'))).toContain('(rw,nosuid,nodev,relatime)');
  const full = await m.lab.run(
    'node1',
    run('--tmpfs /t:size=64k', 'dd if=/dev/zero of=/t/x bs=1k count=100; wc -c < /t/x'),
  );
  expect(full.stderr).toContain("dd: error writing '/t/x': No space left on device");
  expect(full.stdout).toBe('65536\n');
});

test('a tmpfs can be read-only, and its options are checked when the container starts', async () => {
  expect(await m.fails(run('--tmpfs /t:ro', 'touch /t/x'))).toBe('touch: /t/x: Read-only file system [1]');
  expect(await m.fails(run('--mount type=tmpfs,dst=/t,ro', 'touch /t/x'))).toBe(
    'touch: /t/x: Read-only file system [1]',
  );
  expect(await m.fails(run('--tmpfs /t:mode:700', ':'))).toBe('invalid tmpfs option ["mode:700"] [125]');
});

test('--ulimit is seen and felt inside', async () => {
  const limits = '--ulimit nofile=8:20 --ulimit core=0';
  expect(await m.out(run(limits, 'ulimit -n; ulimit -Hn; grep files /proc/self/limits'))).toBe(
    '8\n20\nMax open files            8                    20                   files     ',
  );
  expect(await m.fails(run(limits, 'ulimit -n 30'))).toContain('error setting limit (Operation not permitted)');
  expect(await m.out(run(limits, 'ulimit -n 20; ulimit -n'))).toBe('20');
  await m.out(`docker run -d --name held ${limits} alpine sleep 100`);
  expect(await m.out("docker exec held sh -c 'ulimit -n'")).toBe('8');
  expect(await m.fails(run('--ulimit nofile=3', 'nc -l -p 99'))).toContain('Too many open files');
  expect(await m.out('ulimit -n; docker run --rm alpine sh -c "ulimit -n"')).toBe('1024\n1048576');
});

test('files grow and processes come only as far as their limits allow', async () => {
  const cut = await m.lab.run('node1', run('--ulimit fsize=4096', 'head -c 9000 /dev/zero > /x; echo $?; wc -c < /x'));
  expect(cut).toMatchObject({ stdout: '153\n4096\n', stderr: expect.stringContaining('File size limit exceeded') });
  const two = 'sleep 9 & sleep 9 & ls; echo lived';
  expect(await m.fails(run('--ulimit nproc=3 -u 1000', two))).toBe(
    "sh: line 0: can't fork: Resource temporarily unavailable [2]",
  );
  expect(await m.out(run('--ulimit nproc=3 -u 0', two))).toMatch(/lived$/);
});

test('a terminal that nobody has told its size has none', async () => {
  expect(await m.out('docker run --rm -t alpine stty size | tr -d "\\r"')).toBe('0 0');
});

test("the daemon's own limits and the address of host-gateway come from daemon.json", async () => {
  const config =
    '{"default-ulimits":{"nofile":{"Name":"nofile","Soft":64,"Hard":640}},"host-gateway-ip":"192.168.56.11"}';
  await m.out(`mkdir -p /etc/docker; echo '${config}' > /etc/docker/daemon.json; systemctl restart docker`);
  expect(await m.out(run('--add-host gw:host-gateway', 'ulimit -n; ulimit -Hn; grep gw /etc/hosts'))).toBe(
    '64\n640\n192.168.56.11\tgw',
  );
  await m.out('rm /etc/docker/daemon.json; systemctl restart docker');
});

test('help lists what this engine can do', async () => {
  const listed = async (words: string): Promise<string[]> =>
    (await m.lines(`docker ${words} --help`)).filter((l) => l.startsWith('  ')).map((l) => l.split(' ')[2] as string);
  expect(await listed('swarm')).toEqual(['init', 'join']);
  expect(await listed('')).not.toContain('service');
  expect(await listed('volume')).not.toContain('update');
  await m.out('docker swarm init');
  expect(await listed('swarm')).toContain('join-token');
  expect(await listed('')).toContain('service');
  expect(await listed('volume')).toContain('update');
  await m.out('docker volume create plain');
  expect(await m.fails('docker volume update plain')).toBe('Can only update cluster volumes [1]');
  await m.out('docker swarm leave -f');
});

test('images --tree has the names of an image below each other', async () => {
  await m.out('docker tag nginx:latest ng:a');
  const lines = await m.lines('docker images --tree nginx; docker images --tree');
  const at = lines.lastIndexOf('nginx:latest');
  expect(lines[at + 1]).toMatch(/^ng:a +[0-9a-f]{12} +[\d.]+MB +0B {8}$/);
  expect(await m.fails('docker images --tree --digests')).toBe('--show-digest is not yet supported with --tree [1]');
});
