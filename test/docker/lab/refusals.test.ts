/** What docker and dockerd say to what they do not take, and to what they take with a word. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
  await m.out('docker run -d --name web busybox top');
});

const RUN: readonly (readonly [flags: string, said: string])[] = [
  ['--cpuset-cpus x', 'Invalid value x for cpuset cpus: invalid format: x [125]'],
  ['--user 99999999999', 'uids and gids must be in range 0-2147483647 [125]'],
  ['--user -1', 'uids and gids must be in range 0-2147483647 [125]'],
  ['--security-opt foo=bar', 'invalid --security-opt 2: "foo=bar" [125]'],
  ['--security-opt no-new-privileges=x', 'invalid --security-opt 2: "no-new-privileges=x" [125]'],
  [
    '--security-opt seccomp=nosuch',
    'docker: opening seccomp profile (nosuch) failed: open nosuch: no such file or directory [125]',
  ],
  ['--uts host --hostname x', 'conflicting options: hostname and the UTS mode [125]'],
  [
    '-v /tmp:/x:nocopy',
    `invalid volume specification: '/tmp:/x:nocopy': invalid mount config for type "bind": field VolumeOptions must not be specified [125]`,
  ],
  ['-v a:b:c:d', "invalid volume specification: 'a:b:c:d' [125]"],
  ['--volumes-from web:zz', 'invalid mode: zz [125]'],
  ["--volumes-from ''", 'volumes-from specification cannot be an empty string [125]'],
  ["--mount ''", 'invalid argument "" for "--mount" flag: EOF [125]'],
  [
    '--mount type=tmpfs,target=/x,tmpfs-mode=9',
    'invalid argument "type=tmpfs,target=/x,tmpfs-mode=9" for "--mount" flag: invalid value for tmpfs-mode: 9 [125]',
  ],
  [
    '--mount type=tmpfs,target=/x,tmpfs-size=big',
    'invalid argument "type=tmpfs,target=/x,tmpfs-size=big" for "--mount" flag: invalid value for tmpfs-size: big [125]',
  ],
  ['--network name=', 'failed to set up container networking: network name= not found [125]'],
  ['--network alias=x', 'invalid argument "alias=x" for "--network" flag: network name/id is not specified [125]'],
  [
    '--network name=bridge,driver-opt=foo',
    'invalid argument "name=bridge,driver-opt=foo" for "--network" flag: invalid key value pair format in driver options [125]',
  ],
  ['--add-host a:', 'invalid argument "a:" for "--add-host" flag: invalid IP address in add-host: "" [125]'],
  [
    '--platform foo',
    'docker: error parsing specified platform: "foo": unknown operating system or architecture: invalid argument [125]',
  ],
  [
    `--mount 'type=bind,"source=/tmp'`,
    'invalid argument "type=bind,\\"source=/tmp" for "--mount" flag: parse error on line 1, column 23: extraneous or missing " in quoted-field [125]',
  ],
  [
    `--mount 'type=tmpfs,target=/a"b'`,
    'invalid argument "type=tmpfs,target=/a\\"b" for "--mount" flag: parse error on line 1, column 21: bare " in non-quoted field [125]',
  ],
  [
    '--mount type=bind,src=/tmp,dst=/x,bind-recursive=readonly',
    `invalid argument "type=bind,src=/tmp,dst=/x,bind-recursive=readonly" for "--mount" flag: option 'bind-recursive=readonly' requires 'readonly' to be specified in conjunction [125]`,
  ],
  [
    '--mount type=bind,src=/tmp,dst=/x,bind-recursive=readonly,ro',
    `invalid argument "type=bind,src=/tmp,dst=/x,bind-recursive=readonly,ro" for "--mount" flag: option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction [125]`,
  ],
  ['--env-file .', 'docker: invalid env file (.): read .: is a directory [125]'],
  ['--log-driver awslogs', "must specify a value for log opt 'awslogs-group' [125]"],
  [
    '--log-driver syslog',
    'failed to create task for container: failed to initialize logging driver: Unix syslog delivery error [125]',
  ],
  [
    '-v /etc/hostname:/etc',
    'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error mounting "/etc/hostname" to rootfs at "/etc": mount src=/etc/hostname, dst=/etc, dstFd=/proc/thread-self/fd/11, flags=MS_BIND|MS_REC: not a directory: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type [125]',
  ],
  [
    '-v /tmp:/etc/passwd',
    'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error mounting "/tmp" to rootfs at "/etc/passwd": create mountpoint for /etc/passwd mount: cannot create subdirectories in "/var/lib/docker/overlay2/ID/merged/etc/passwd": not a directory: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type [125]',
  ],
  [
    '--ipc container:web',
    'failed to join IPC namespace: container web: non-shareable IPC (hint: use IpcMode:shareable for the donor container) [125]',
  ],
  ['-w /etc/passwd', 'Cannot mkdir: /etc/passwd is not a directory [125]'],
  [
    `--hostname ${'h'.repeat(70)}`,
    'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: sethostname: invalid argument [125]',
  ],
  [
    '--network host --sysctl net.ipv4.ip_forward=0',
    'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: sysctl "net.ipv4.ip_forward" not allowed in host network namespace [125]',
  ],
  [
    '--log-opt max-size=x',
    "failed to create task for container: failed to initialize logging driver: invalid size: 'x' [125]",
  ],
  [
    '--log-opt max-size=0',
    'failed to create task for container: failed to initialize logging driver: max-size must be a positive number [125]',
  ],
  [
    '--log-opt max-file=0',
    'failed to create task for container: failed to initialize logging driver: max-file cannot be less than 1 [125]',
  ],
  [
    '--log-opt compress=maybe',
    'failed to create task for container: failed to initialize logging driver: strconv.ParseBool: parsing "maybe": invalid syntax [125]',
  ],
  [
    '--log-opt compress=true',
    'failed to create task for container: failed to initialize logging driver: compress cannot be true when max-file is less than 2 or max-size is not set [125]',
  ],
  [
    '--log-opt mode=non-blocking --log-opt max-buffer-size=x',
    "error parsing option max-buffer-size: invalid size: 'x' [125]",
  ],
];

describe('docker run', () => {
  test.each(RUN)('%s', async (flags, said) => {
    const got = await m.fails(`docker run --rm ${flags} busybox true`);
    expect(got.replace(/\b[0-9a-f]{64}\b/, 'ID')).toBe(said);
  });

  test('a command without a name is none', async () => {
    expect(await m.fails("docker run --rm busybox ''")).toMatch(
      /exec: "": executable file not found in \$PATH \[127\]$/,
    );
  });

  test('taken, with a word', async () => {
    const said = async (flags: string): Promise<string> =>
      (await m.lab.run('node1', `docker run --rm ${flags} busybox true`)).stderr;
    expect(await said('--dns ::1')).toBe('WARNING: Localhost DNS (::1) may fail in containers.\n');
    expect(await said('--oom-kill-disable')).toBe(
      'WARNING: OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.\n',
    );
    for (const flags of ['-p 80/tcp/udp', '--stop-signal 99', '--stop-signal SIGRTMIN+3', '-v v:/data', '-v :'])
      expect(await said(flags)).toBe('');
  });

  test('one letter and a colon begin a path, not a name', async () => {
    await m.out('docker create --name letter -v v:/data -v vol:/x busybox');
    expect(await m.out("docker inspect -f '{{json .Config.Volumes}} {{.HostConfig.Binds}}' letter")).toBe(
      '{"v:/data":{}} [vol:/x]',
    );
  });
});

describe('other commands', () => {
  const SAID: readonly (readonly [command: string, said: string])[] = [
    ['docker kill -s 99 web', 'cannot kill container: web: the linux daemon does not support signal 99 [1]'],
    [
      "docker rename web 'a b'",
      'Error when allocating new name: Invalid container name (/a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed [1]',
    ],
    ["docker commit -c 'FOO bar' web", 'FOO is not a valid change command [1]'],
    ['docker commit web Bad', 'invalid reference format: repository name (library/Bad) must be lowercase [1]'],
    ['docker logs --until foo web', 'invalid value for "until": failed to parse value as time or duration: "foo" [1]'],
    ['docker events --until foo', 'failed to parse value as time or duration: "foo" [1]'],
    ['docker cp web: /tmp', 'bad parameter: pathcannot be empty [1]'],
    [
      'docker export -o /nosuch/x web',
      'failed to export container: invalid output path: stat /nosuch: no such file or directory [1]',
    ],
    ['docker save -o /tmp busybox', 'failed to save image: cannot write to a directory [1]'],
    ['docker attach --detach-keys ctrl-, web', 'unable to upgrade to tcp, received 400 [1]'],
    ['docker --log-level foo ps', 'Unable to parse logging level: foo [1]'],
    ['docker help volume ls x', 'unknown help topic: x [1]'],
    ['docker --help run --foo', 'unknown flag: --foo [125]'],
    ['docker ps --help --foo', 'unknown flag: --foo [125]'],
    [
      'docker ps --help=foo',
      'invalid argument "foo" for "--help" flag: strconv.ParseBool: parsing "foo": invalid syntax [125]',
    ],
    [
      'docker login -u a -p b --password-stdin',
      'conflicting options: cannot specify both --password and --password-stdin [1]',
    ],
    [
      'docker save --platform linux/arm64 -o x.tar redis',
      'image with reference redis was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64 [1]',
    ],
    [
      'docker load --platform foo -i /etc/passwd',
      'invalid platform: "foo": unknown operating system or architecture: invalid argument [1]',
    ],
    [
      'docker start --checkpoint a web',
      '"--checkpoint" is only supported on a Docker daemon with experimental features enabled [1]',
    ],
    [
      'docker history --platform foo busybox',
      'invalid platform: "foo": unknown operating system or architecture: invalid argument [1]',
    ],
    [
      'docker image inspect --platform arm64 busybox',
      'image with reference busybox was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64 [1]',
    ],
    ['docker cp /etc/hostname web:', 'no such directory [1]'],
    ['docker manifest create --nosuch a b', 'unknown flag: --nosuch [125]'],
    ['docker manifest push --purge nosuch', 'No such manifest: docker.io/library/nosuch:latest [1]'],
    ['docker cp nosuch/ web:/', 'lstat /root/nosuch: no such file or directory [1]'],
    ['docker cp web:/etc/passwd nodir/x', 'invalid output path: directory "/root/nodir" does not exist [1]'],
    ['echo | docker cp - web:/nosuch', 'destination "web:/nosuch" must be a directory [1]'],
    ['docker stats --no-stream web nosuch', 'No such container: nosuch [1]'],
    ['docker image prune -f --filter foo=bar', "invalid filter 'foo' [1]"],
    ['docker network create -o com.docker.network.bridge.name=eth0 odd', 'existing interface eth0 is not a bridge [1]'],
    [
      'docker checkpoint ls',
      'docker checkpoint ls is only supported on a Docker daemon with experimental features enabled [1]',
    ],
    [
      "docker volume inspect -f '{{.Foo}}' vol",
      'template parsing error: template: :1:2: executing "" at <.Foo>: can\'t evaluate field Foo in type volume.Volume [1]',
    ],
  ];
  test.each(SAID)('%s', async (command, said) => {
    if (command.includes(' vol')) await m.out('docker volume create vol');
    expect(await m.fails(command)).toBe(said);
  });

  test.each([
    [
      'docker ps -f health=bogus',
      "invalid filter 'health=bogus': invalid value for health (bogus): must be one of none, starting, healthy, unhealthy [1]",
    ],
    ['docker ps -f is-task=maybe', "invalid filter 'is-task=[maybe]' [1]"],
    ['docker images -f since=nosuch', 'No such image: nosuch:latest [1]'],
    ['docker images -f until=x', 'failed to parse value as time or duration: "x" [1]'],
    ['docker volume create -o foo=bar vb', 'create vb: invalid option: "foo" [1]'],
    ['docker volume create -o type=tmpfs vb', 'create vb: missing required option: "device" [1]'],
    [
      'docker system prune -f --volumes --filter until=1h',
      'ERROR: The "until" filter is not supported with "--volumes" [1]',
    ],
  ])('%s', async (command, said) => {
    expect(await m.fails(command)).toBe(said);
  });

  test('images are listed by when they were made', async () => {
    await m.out("printf 'FROM busybox\\nRUN echo 1 > /f\\n' | docker build -q -t young -");
    expect(await m.lines("docker images -f since=busybox --format '{{.Repository}}'")).toContain('young');
    expect(await m.out("docker images -f before=busybox --format '{{.Repository}}' | grep -c young || true")).toBe('0');
    await m.out('docker rmi young');
  });

  test('a base image that cannot be had ends the build where it is looked up', async () => {
    const said = await m.fails("printf 'FROM nosuch\\n' | docker build -", true);
    expect(said).toContain('\n > [internal] load metadata for docker.io/library/nosuch:latest:\n');
    expect(said).toContain(
      'ERROR: failed to build: failed to solve: nosuch: failed to resolve source metadata for docker.io',
    );
  });

  test('usage lines of groups and of too many arguments', async () => {
    expect(await m.fails('docker network --nosuch', true)).toBe(
      "unknown flag: --nosuch\n\nUsage:  docker network\n\nRun 'docker network --help' for more information [125]",
    );
    expect(await m.fails('docker volume nosuch', true)).toContain('Usage:  docker volume COMMAND\n');
    expect(await m.fails('docker images a b', true)).toMatch(
      /\n\nSRun 'docker images --help' for more information \[1\]$/,
    );
  });

  test('every refusal of a list is told', async () => {
    expect((await m.fails('docker node rm a b c', true)).split('\n')).toHaveLength(3);
  });

  test('an old flag is told about on standard output', async () => {
    expect(await m.lines('docker stop --time 0 web')).toEqual([
      'Flag --time has been deprecated, use --timeout instead',
      'web',
    ]);
  });

  test('images that are young are not pruned by age', async () => {
    expect(await m.out('docker image prune -af --filter until=1000h')).toBe('Total reclaimed space: 0B');
    expect(await m.out('docker image prune -af --filter label=nosuch')).toBe('Total reclaimed space: 0B');
  });
});
