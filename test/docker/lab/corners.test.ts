/** Odd corners of `docker run` and its neighbours, after the tests of moby and docker/cli. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
  await m.out('docker run -d --name web busybox top; docker create --name cold busybox');
  await m.out('docker run -d --name loop --restart always busybox false');
});

/** Ids of containers and volumes, and layers' directories, are random. */
const plain = (said: string): string => said.replace(/[0-9a-f]{64}/g, 'ID');
const RUNC =
  'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: ' +
  'unable to start container process: error during container init: ';
const MERGED = '/var/lib/docker/overlay2/ID/merged';
const inProc = (source: string, target: string, why: string): string =>
  `${RUNC}error mounting "${source}" to rootfs at "${target}": create mountpoint for ${target} mount: ` +
  `check proc-safety of ${target} mount: "${MERGED}${target}" cannot be mounted because it is ${why} [125]`;

describe('docker run says', () => {
  const CASES: readonly (readonly [flags: string, said: string])[] = [
    ['-v /proc//sys', inProc('/var/lib/docker/volumes/ID/_data', '/proc/sys', 'inside /proc')],
    ['-v /:/proc', inProc('/', '/proc', 'not of type proc')],
    ['--tmpfs /proc/x', inProc('tmpfs', '/proc/x', 'inside /proc')],
    [
      '-v /proc/x:/y',
      "error while creating mount source path '/proc/x': mkdir /proc/x: no such file or directory [127]",
    ],
    ['-v /etc/passwd', `cannot mount volume over existing file, file exists ${MERGED}/etc/passwd [125]`],
    ['-v named:/etc/passwd', `source ${MERGED}/etc/passwd is not directory [125]`],
    [
      '--tmpfs /tmp:size=abc',
      `${RUNC}error mounting "tmpfs" to rootfs at "/tmp": mount src=tmpfs, dst=/tmp, dstFd=/proc/thread-self/fd/11, ` +
        'flags=MS_NOSUID|MS_NODEV|MS_NOEXEC, data=size=abc: invalid argument [125]',
    ],
    ["--annotation ''", 'invalid Annotations: the empty string is not permitted as an annotation key [125]'],
    ['--name me --network container:me', 'cannot join own network namespace [125]'],
    [
      '--network container:cold',
      'cannot join network namespace of a non running container: container cold is created [125]',
    ],
    [
      '--network container:loop',
      'cannot join network namespace of container: Container ID is restarting, wait until the container is running [125]',
    ],
    ['--pid container:cold', 'failed to join PID namespace: container cold is not running [125]'],
    ['--ipc container:cold', 'failed to join IPC namespace: container cold is not running [125]'],
    [
      '--network none --network bridge',
      'failed to set up container networking: container cannot be connected to multiple networks with one of the networks in private (none) mode [125]',
    ],
    ['--device /etc', 'error gathering device information while adding custom device "/etc": not a device node [125]'],
    ['--device-read-bps /dev/sdX:500', 'stat /dev/sdX: no such file or directory [127]'],
    [
      '--cpu-shares 1',
      `${RUNC}error setting cgroup config for procHooks process: the minimum allowed cpu-shares is 2 [125]`,
    ],
    [
      '--cidfile /nodir/id',
      'docker: failed to create the container ID file: open /nodir/id: no such file or directory [127]',
    ],
  ];
  test.each(CASES)('%s', async (flags, said) => {
    expect(plain(await m.fails(`docker run --rm ${flags} busybox true`))).toBe(said);
  });

  test('and what was made for a container that could not be made is gone', async () => {
    expect(await m.fails('docker run --cidfile /tmp/id -v /data -v /etc/passwd busybox true')).toMatch(/existing file/);
    expect(await m.out('docker volume ls -q; ls /tmp/id 2>&1 || true')).toMatch(
      /^named\nls: .*\/tmp\/id.* No such file/,
    );
  });
});

describe('in a container', () => {
  const CASES: readonly (readonly [run: string, said: string])[] = [
    ['-u 1000 busybox touch /x', 'touch: /x: Permission denied [1]'],
    ['-u 1000 busybox rm /etc/passwd', "rm: can't remove '/etc/passwd': Permission denied [1]"],
    ['-u 1000 busybox chmod 777 /etc/passwd', 'chmod: /etc/passwd: Operation not permitted [1]'],
    ['-u 1000 busybox chown 100 /tmp', 'chown: /tmp: Operation not permitted [1]'],
    ['--cap-drop CHOWN busybox chown 100 /tmp', 'chown: /tmp: Operation not permitted [1]'],
    ['-u 1000 busybox ls /root', "ls: can't open '/root': Permission denied [1]"],
    ['-u 1000 debian ls /root', "ls: cannot open directory '/root': Permission denied [2]"],
    ['-u 1000 busybox cat /root/x', "cat: can't open '/root/x': Permission denied [1]"],
    ['-u 1000 -v named:/n busybox touch /n/x', 'touch: /n/x: Permission denied [1]'],
    ['--read-only busybox touch /etc/hosts', 'touch: /etc/hosts: Read-only file system [1]'],
    ['busybox touch /proc/sysrq-trigger', 'touch: /proc/sysrq-trigger: Read-only file system [1]'],
    ['busybox mkdir /proc/x', "mkdir: can't create directory '/proc/x': No such file or directory [1]"],
  ];
  test.each(CASES)('%s', async (run, said) => {
    expect(await m.fails(`docker run --rm ${run}`)).toBe(said);
  });

  test('what somebody makes is theirs; root may do everything, and a sticky directory keeps what others made', async () => {
    expect(await m.out("docker run --rm -u 1000:50 busybox sh -c 'cd /tmp; touch f; mkdir d; stat -c %u:%g f d'")).toBe(
      '1000:50\n1000:50',
    );
    await m.out('docker exec web touch /tmp/mine');
    expect(await m.fails('docker exec -u 1000 web rm /tmp/mine')).toBe(
      "rm: can't remove '/tmp/mine': Operation not permitted [1]",
    );
    await m.out('docker exec -u 1000 web touch /tmp/theirs; docker exec web rm /tmp/theirs');
  });

  test('/dev, the working directory and the environment are as the runtime makes them', async () => {
    expect(await m.out('docker run --rm busybox ls /dev')).toBe(
      'core\nfd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero',
    );
    expect(await m.out('docker run --rm -t busybox ls /dev/console')).toBe('/dev/console\r');
    expect(await m.out('docker run --rm busybox ls -C /proc/self/fd')).toBe('0  1  2  3');
    expect(await m.out('docker run --rm --read-only -w /a/b busybox pwd')).toBe('/a/b');
    expect(await m.out('docker run --rm -e HOME= busybox sh -c "echo \\$HOME"')).toBe('/root');
    expect(await m.out('touch /tmp/f; docker run --rm --tmpfs /run -v /tmp/f:/run/in busybox ls /run')).toBe('in');
    expect(await m.out('docker run --rm --oom-score-adj 500 busybox cat /proc/self/oom_score_adj')).toBe('500');
    const flags = '--security-opt no-new-privileges --security-opt seccomp=unconfined';
    expect(await m.lines(`docker run --rm ${flags} busybox grep -E "^(NoNew|Seccomp:)" /proc/1/status`)).toEqual([
      'NoNewPrivs:\t1',
      'Seccomp:\t0',
    ]);
  });
});

describe('docker exec, attach, run -a', () => {
  test.each([
    ['exec --detach-keys foo,bar web true', 'Invalid escape keys (foo,bar) provided [1]'],
    ['exec --detach-keys ctrl-A web true', 'Invalid escape keys (ctrl-A) provided [1]'],
    [
      'exec -w /bin/busybox web pwd >&2',
      'OCI runtime exec failed: exec failed: unable to start container process: chdir to cwd ("/bin/busybox") set in config.json failed: ' +
        'not a directory: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type [127]',
    ],
    ['exec loop true', 'Container ID is restarting, wait until the container is running [1]'],
    ['pause loop', 'Container ID is restarting, wait until the container is running [1]'],
    ['stop -s foo web', 'cannot stop container: web: invalid signal: foo [1]'],
    ['stop -s 0 web', 'cannot stop container: web: invalid signal: 0 [1]'],
    ['restart -s foo web', 'Cannot restart container web: invalid signal: foo [1]'],
    ['top loop', 'Container ID is restarting, wait until the container is running [1]'],
  ])('%s', async (command, said) => {
    expect(plain(await m.fails(`docker ${command}`)).replace(/\r/g, '')).toBe(said);
  });

  test('restart keeps what --rm takes away at a stop', async () => {
    await m.out(
      'docker run -d --rm --name brief -v /v busybox top; docker exec brief touch /v/f; docker restart -t 0 brief',
    );
    expect(await m.out('docker exec brief ls /v; docker stop -t 0 brief; docker ps -aq -f name=brief')).toBe(
      'f\nbrief',
    );
  });

  test('-a stdin alone: the id, and nobody waits', async () => {
    const id = await m.out('echo blah | docker run -i -a stdin busybox cat');
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(await m.out(`docker wait ${id}; docker logs ${id}`)).toBe('0\nblah');
  });
});

test('health: not looked at is not healthy; what was found outlives a restart; the start has an interval of its own', async () => {
  const state = (name: string): Promise<string> =>
    m.out(`docker inspect -f '{{with .State.Health}}{{.Status}} {{.FailingStreak}} {{len .Log}}{{end}}' ${name}`);
  await m.out('docker run -d --name hc --health-cmd true --health-interval 1s busybox top; sleep 2.5');
  expect(await state('hc')).toBe('healthy 0 2');
  await m.out('docker pause hc; sleep 3');
  expect(await state('hc')).toBe('unhealthy 0 2');
  await m.out('docker unpause hc; sleep 1.5');
  expect(await state('hc')).toBe('healthy 0 3');
  await m.out('docker restart -t 0 hc');
  expect(await state('hc')).toBe('starting 0 3');
  await m.out('docker stop -t 0 hc');
  expect(await state('hc')).toBe('unhealthy 0 3');
  const start = '--health-start-period 6s --health-start-interval 2s --health-interval 1s --health-retries 1';
  await m.out(`docker run -d --name hs --health-cmd false ${start} busybox top; sleep 5`);
  expect(await state('hs')).toBe('starting 0 2');
  await m.out('sleep 2');
  expect(await state('hs')).toMatch(/^unhealthy 1 /);
});

test('options reach the engine as the real command sends them', async () => {
  const flags = [
    '-e A=1 -e B=2 -e A=3 --env-file /dev/null --cpus 1/4',
    '--cap-add net_raw --cap-add CHOWN --cap-add CAP_NET_RAW',
    '--mount type=volume,dst=/x,volume-nocopy --mount type=bind,src=./,dst=/y,bind-propagation=RSLAVE,consistency=Cached',
  ].join(' ');
  await m.out(`cd /tmp; docker create --name sent ${flags} busybox`);
  const field = (name: string): Promise<string> => m.out(`docker inspect -f '{{json .${name}}}' sent`);
  expect(await field('Config.Env')).toBe('["A=3","B=2"]');
  expect(await field('HostConfig.NanoCpus')).toBe('250000000');
  expect(await field('HostConfig.CapAdd')).toBe('["CAP_CHOWN","CAP_NET_RAW"]');
  expect(JSON.parse(await field('HostConfig.Mounts'))).toEqual([
    { Type: 'volume', Target: '/x', VolumeOptions: { NoCopy: true, DriverConfig: {} } },
    { Type: 'bind', Source: '/tmp', Target: '/y', Consistency: 'cached', BindOptions: { Propagation: 'rslave' } },
  ]);
  expect(await m.fails("docker create --mount 'type=bind, src=/tmp,dst=/x' busybox")).toBe(
    'invalid argument "type=bind, src=/tmp,dst=/x" for "--mount" flag: unexpected key \' src\' in \' src=/tmp\' [125]',
  );
});

test('formats are tried out before anything happens; filters of config.json hold for prune', async () => {
  expect(await m.fails("docker events --since 1 --until 2 --format '{{.bad}}'")).toBe(
    'Error parsing format: template: :1:2: executing "" at <.bad>: can\'t evaluate field bad in type *events.Message [64]',
  );
  expect(await m.fails("docker inspect -f '{{.}' web")).toBe(
    "template parsing error: template: :1: bad character U+007D '}' [64]",
  );
  await m.out('mkdir -p ~/.docker; echo \'{"pruneFilters":["label!=keep","until=1s"]}\' > ~/.docker/config.json');
  expect((await m.lines('echo n | docker system prune --filter label=x')).slice(6, 9)).toEqual([
    '  Items to be pruned will be filtered with:',
    '  - label!=keep',
    '  - label=x',
  ]);
  await m.out('rm ~/.docker/config.json');
});
