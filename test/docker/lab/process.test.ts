import { beforeAll, describe, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
});

const run = (flags: string, command: string): Promise<string> => m.out(`docker run --rm ${flags} busybox ${command}`);
const refused = (flags: string, command = 'true'): Promise<string> =>
  m.fails(`docker run --rm ${flags} busybox ${command}`);
const show = (name: string, template: string): Promise<string> => m.out(`docker inspect -f '${template}' ${name}`);

describe('exit codes', () => {
  const OCI =
    'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ';

  test('of what cannot be started', async () => {
    expect(await refused('', 'nosuch')).toBe(`${OCI}exec: "nosuch": executable file not found in $PATH [127]`);
    expect(await refused('', '/etc')).toBe(`${OCI}exec: "/etc": is a directory: permission denied [126]`);
    expect(await refused('', '/etc/passwd')).toBe(`${OCI}exec: "/etc/passwd": permission denied [126]`);
    expect(await refused('-u nosuch')).toBe('unable to find user nosuch: no matching entries in passwd file [125]');
    expect(await refused('-w rel')).toBe(
      "the working directory 'rel' is invalid, it needs to be an absolute path [125]",
    );
  });

  test('of what ends by itself or by a signal', async () => {
    expect(await refused('', "sh -c 'exit 3'")).toBe(' [3]');
    await m.out('docker run -d --name end busybox sleep 100 && docker kill end && docker wait end');
    expect(await show('end', '{{.State.ExitCode}}')).toBe('137');
    await m.out('docker run -d --name term --init busybox sleep 100 && docker stop term');
    expect(await show('term', '{{.State.ExitCode}}')).toBe('143');
    await m.out('docker rm end term');
  });

  test('of exec', async () => {
    await m.out('docker run -d --name ex busybox top');
    expect(await m.fails('docker exec ex sh -c "exit 9"')).toBe(' [9]');
    const said = async (flags: string): Promise<string> => {
      const { stdout, exit } = await m.lab.run('node1', `docker exec ${flags}`);
      return `${stdout.trimEnd()} [${exit}]`;
    };
    expect(await said('ex nosuch')).toMatch(/executable file not found in \$PATH \[127\]$/);
    expect(await said('-u nosuch ex true')).toBe(
      'unable to find user nosuch: no matching entries in passwd file [126]',
    );
    expect(await said('-w /nosuch ex true')).toMatch(
      /chdir to cwd \("\/nosuch"\) set in config.json failed: no such file or directory \[127\]$/,
    );
    await m.out('docker rm -f ex');
  });
});

describe('the first process', () => {
  test('users and groups', async () => {
    expect(await run('-u 1000:44', 'id')).toBe('uid=1000 gid=44 groups=44');
    expect(await run('-u nobody', 'id -un')).toBe('nobody');
    expect(await run('-u 1000 --group-add 44', 'id -G')).toBe('0 44');
  });

  test('--init reaps and passes signals on', async () => {
    expect(await run('--init', 'ps')).toContain('1 root     /sbin/docker-init -- ps');
    await m.out(
      `docker run -d --name init --init busybox sh -c 'trap "echo bye; exit 5" TERM; while :; do sleep 1; done'`,
    );
    await m.out('sleep 1; docker stop init');
    expect([await m.out('docker logs init'), await show('init', '{{.State.ExitCode}}')]).toEqual(['bye', '5']);
    await m.out('docker rm init');
  });

  test('namespaces of others', async () => {
    expect(await run('--pid host', 'ps')).toMatch(/\n +1 root +\/sbin\/init\n/);
    await m.out('docker run -d --name own busybox top');
    expect(await run('--pid container:own', 'ps')).toMatch(/\n +1 root +top\n/);
    expect(await m.fails('docker create --pid container:nosuch busybox', true)).toMatch(
      /No such container: nosuch \[1\]$/,
    );
    expect(await refused('--ipc foo')).toBe('invalid IPC mode: foo [125]');
    expect(await run('--uts host', 'hostname')).toBe('node1');
    await m.out('docker rm -f own');
  });

  test('capabilities', async () => {
    const down = 'ip link set eth0 down';
    expect(await refused('', down)).toMatch(/Operation not permitted \[\d\]$/);
    for (const flags of ['--cap-add NET_ADMIN', '--cap-add CAP_NET_ADMIN', '--cap-add all', '--privileged'])
      expect(await run(flags, down)).toBe('');
    expect(await refused('--cap-add ALL --cap-drop NET_ADMIN', down)).toMatch(/Operation not permitted/);
    expect(await refused('--cap-add foo')).toBe('invalid CapAdd: unknown capability: "CAP_FOO" [125]');
  });

  test('kernel parameters of its network', async () => {
    const read = 'cat /proc/sys/net/ipv4/ip_forward';
    expect([await run('', read), await run('--sysctl net.ipv4.ip_forward=0', read)]).toEqual(['1', '0']);
    expect(await refused('--sysctl net.ipv4.nosuch=1')).toMatch(
      /open sysctl key net.ipv4.nosuch: open \/proc\/sys\/net\/ipv4\/nosuch: no such file or directory \[127\]$/,
    );
  });

  test('devices', async () => {
    expect(await refused('--device /dev/nosuch')).toBe(
      'error gathering device information while adding custom device "/dev/nosuch": no such file or directory [127]',
    );
    expect(await refused('--gpus all')).toBe('could not select device driver "" with capabilities: [[gpu]] [125]');
  });
});

describe('health', () => {
  test('from starting to healthy', async () => {
    await m.out('docker run -d --name fit --health-cmd true --health-interval 1s busybox top');
    expect(await m.out("docker ps --filter name=fit --format '{{.Status}}'")).toMatch(/ \(health: starting\)$/);
    await m.out('sleep 2');
    expect(await m.out("docker ps --filter health=healthy --format '{{.Names}} {{.Status}}'")).toMatch(
      /^fit Up \d seconds \(healthy\)$/,
    );
    expect(await show('fit', '{{.State.Health.Status}} {{.State.Health.FailingStreak}}')).toBe('healthy 0');
    await m.out('docker rm -f fit');
  });

  test('unhealthy after its retries, with what the check said', async () => {
    await m.out(
      `docker run -d --name sick --health-cmd 'echo no; exit 1' --health-interval 1s --health-retries 2 busybox top`,
    );
    await m.out('sleep 5');
    expect(await show('sick', '{{.State.Health.Status}} {{(index .State.Health.Log 0).Output}}')).toBe(
      'unhealthy no\n',
    );
    expect(
      await m.out("docker events --since 1m --until 0s --filter event=health_status --format '{{.Action}}'"),
    ).toMatch(/health_status: healthy\nhealth_status: unhealthy$/);
    await m.out('docker rm -f sick');
  });

  test('times that are none', async () => {
    expect(await refused('--health-cmd x --health-interval 1us')).toBe(
      'Interval in Healthcheck cannot be less than 1ms [125]',
    );
    expect(await refused('--no-healthcheck --health-cmd x')).toBe(
      'docker: --no-healthcheck conflicts with --health-* options [125]',
    );
  });
});

describe('policies', () => {
  test('on-failure counts, always goes on, stop ends it', async () => {
    await m.out("docker run -d --name twice --restart on-failure:2 busybox sh -c 'exit 1'");
    await m.out('docker run -d --name ever --restart always busybox sleep 1');
    await m.out('sleep 5');
    expect(await show('twice', '{{.RestartCount}} {{.State.Status}}')).toBe('2 exited');
    expect(Number(await show('ever', '{{.RestartCount}}'))).toBeGreaterThan(1);
    await m.out('docker stop ever && sleep 3');
    expect(await show('ever', '{{.State.Status}}')).toBe('exited');
    await m.out('docker rm ever twice');
  });

  test('what is none', async () => {
    const bad = (policy: string): Promise<string> => m.fails(`docker run -d --restart ${policy} busybox true`);
    expect(await bad('foo')).toBe(
      "invalid restart policy: unknown policy 'foo'; use one of 'no', 'always', 'on-failure', or 'unless-stopped' [125]",
    );
    expect(await bad('on-failure:-1')).toBe('invalid restart policy: maximum retry count cannot be negative [125]');
    expect(await bad('no:3')).toBe(
      "invalid restart policy: maximum retry count can only be used with 'on-failure' [125]",
    );
    expect(await bad('always --rm')).toBe('docker: conflicting options: cannot specify both --restart and --rm [125]');
  });
});

describe('limits', () => {
  test.each([
    ['-m 4m', 'Minimum memory limit allowed is 6MB'],
    ['-m 20m --memory-swap 10m', 'Minimum memoryswap limit should be larger than memory limit, see usage'],
    ['--memory-swap 10m', 'You should always set the Memory limit when using Memoryswap limit, see usage'],
    ['--cpus 100', 'range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available'],
    ['--cpus 1 --cpu-quota 5000', 'Conflicting options: Nano CPUs and CPU Quota cannot both be set'],
    ['--cpu-period 5', 'CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)'],
    ['--cpuset-cpus 9', 'Requested CPUs are not available - requested 9, available: 0-1'],
    ['--cpuset-cpus foo', 'Invalid value foo for cpuset cpus: invalid format: foo'],
    ['--blkio-weight 5', 'Range of blkio weight is from 10 to 1000'],
    ['--oom-score-adj 5000', 'Invalid value 5000, range for oom score adj is [-1000, 1000]'],
    ['--storage-opt size=1G', "--storage-opt is supported only for overlay over xfs with 'pquota' mount option"],
    ['--isolation foo', "invalid isolation (foo): linux only supports 'default'"],
    ['--log-driver foo', "logger: no log driver named 'foo' is registered"],
    ['--log-opt foo=1', "unknown log opt 'foo' for json-file log driver"],
    ['--runtime foo', 'unknown or invalid runtime name: foo'],
    ['--stop-signal FOO', 'invalid signal: FOO'],
  ])('%s', async (flags, text) => {
    expect(await refused(flags)).toBe(`${text} [125]`);
  });

  test('what was given is kept; update changes it', async () => {
    await m.out(
      'docker run -d --name lim -m 100m --cpus 1.5 --pids-limit 10 --device-read-bps /dev/zero:1mb --blkio-weight-device /dev/zero:200 --ulimit nofile=1:2 busybox top',
    );
    expect(
      await show(
        'lim',
        '{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.NanoCPUs}} {{.HostConfig.PidsLimit}} {{json .HostConfig.BlkioDeviceReadBps}} {{json .HostConfig.BlkioWeightDevice}} {{json .HostConfig.Ulimits}}',
      ),
    ).toBe(
      '104857600 209715200 1500000000 10 [{"Path":"/dev/zero","Rate":1048576}] [{"Path":"/dev/zero","Weight":200}] [{"Name":"nofile","Hard":2,"Soft":1}]',
    );
    expect(await m.fails('docker update -m 300m lim')).toMatch(
      /^Cannot update container \w{64}: Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time \[1\]$/,
    );
    await m.out('docker update -m 300m --memory-swap 600m --restart always lim');
    expect(await show('lim', '{{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}}')).toBe('314572800 always');
    expect(await m.fails('docker update lim')).toBe('you must provide one or more flags when using this command [1]');
    await m.out('docker rm -f lim');
  });
});

test('a log that is not kept cannot be read', async () => {
  await m.out('docker run -d --name mute --log-driver none busybox top');
  expect(await m.fails('docker logs mute')).toBe('configured logging driver does not support reading [1]');
  expect(await show('mute', '[{{.LogPath}}]')).toBe('[]');
  await m.out('docker rm -f mute');
});
