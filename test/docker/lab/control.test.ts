/** Pause, rename, kill, wait, top, stats, events, attach: what they do and what they refuse. */
import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
  await m.out('docker run -d --name one busybox top; docker create --name off busybox');
});

const id = (name: string): Promise<string> => m.out(`docker inspect -f '{{.Id}}' ${name}`);

test('a paused container stands still, and is not executed in, attached to or paused again', async () => {
  await m.out(
    `docker run -d --name tick busybox sh -c 'while :; do echo x; sleep 1; done'; sleep 2; docker pause tick`,
  );
  expect(await m.out('docker ps --filter name=tick --format {{.Status}}')).toMatch(/^Up \d seconds \(Paused\)$/);
  const lines = (await m.lines('docker logs tick')).length;
  await m.out('sleep 5');
  expect((await m.lines('docker logs tick')).length).toBe(lines);
  expect(await m.fails('docker pause tick')).toBe(`Container ${await id('tick')} is already paused [1]`);
  expect(await m.fails('docker exec tick true')).toBe(
    'Container tick is paused, unpause the container before exec [1]',
  );
  expect(await m.fails('docker attach tick')).toBe('You cannot attach to a paused container, unpause it first [1]');
  await m.out('docker unpause tick; sleep 3');
  expect((await m.lines('docker logs tick')).length).toBeGreaterThan(lines);
  expect(await m.fails('docker unpause tick')).toBe(`Container ${await id('tick')} is not paused [1]`);
  expect(await m.fails('docker pause off')).toBe(`container ${await id('off')} is not running [1]`);
  await m.out('docker rm -f tick');
});

test('rename', async () => {
  await m.out('docker rename one uno');
  expect(await m.fails('docker rename uno off', true)).toMatch(
    /^Error when allocating new name: Conflict\. The container name "\/off" is already in use by container "\w{64}"\..*\nError: failed to rename container named uno \[1\]$/,
  );
  expect(await m.fails('docker rename uno uno')).toBe(
    'Renaming a container with the same name as its current name [1]',
  );
  expect(await m.fails('docker rename uno ""')).toBe('Error: Neither old nor new names may be empty [1]');
  expect(await m.out('docker rename uno one && docker ps --filter name=one --format {{.Names}}')).toBe('one');
});

test('signals, and the code that a container ends with', async () => {
  await m.out(`docker run -d --name trap busybox sh -c 'trap "exit 7" USR1; while :; do sleep 1; done'; sleep 1`);
  expect(await m.out('docker kill -s USR1 trap; docker wait trap off')).toBe('trap\n7\n0');
  for (const signal of ['FOO', '99', '0'])
    expect(await m.fails(`docker kill -s ${signal} one`)).toBe(
      signal === '99'
        ? 'cannot kill container: one: the linux daemon does not support signal 99 [1]'
        : `cannot kill container: one: invalid signal: ${signal} [1]`,
    );
  expect(await m.fails('docker kill trap')).toBe(
    `cannot kill container: trap: container ${await id('trap')} is not running [1]`,
  );
  expect(await m.fails('docker wait nosuch')).toBe('No such container: nosuch [1]');
  await m.out('docker run -d --name victim busybox top; docker kill victim');
  expect(await m.out('docker wait victim')).toBe('137');
  await m.out('docker rm trap victim');
});

test('top: the names that the machine has for users', async () => {
  await m.out('docker run -d --name web nginx; docker run -d --name cache --user 999 redis sleep 1000; sleep 1');
  const users = async (name: string): Promise<string[]> =>
    (await m.lines(`docker top ${name}`)).slice(1).map((l) => l.split(' ')[0] as string);
  expect(await users('web')).toEqual(['root', 'www-data', 'www-data']);
  await m.out('echo database-keeper:x:999:999::/:/bin/false >> /etc/passwd');
  expect(await users('cache')).toEqual(['databas+']);
  expect((await m.lines('docker top one aux'))[0]?.split(/ +/)).toEqual(
    'USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND'.split(' '),
  );
  expect(await m.lines('docker top one -o pid,cmd')).toHaveLength(2);
  expect(await m.fails('docker top one -o nosuch')).toMatch(/unknown user-defined format specifier "nosuch"/);
  expect(await m.fails('docker top off')).toBe(`container ${await id('off')} is not running [1]`);
});

test('stats of one moment, and events by filter', async () => {
  expect(await m.out('docker stats --no-stream --format "{{.Name}} {{.PIDs}}" one off')).toBe('one 1\noff 0');
  expect(await m.fails('docker stats --no-stream nosuch')).toBe('No such container: nosuch [1]');
  const events = (filter: string): Promise<string> =>
    m.out(`docker events --since 1h --until 0s ${filter} --format '{{.Type}} {{.Action}} {{.Actor.Attributes.name}}'`);
  expect(await events('--filter event=rename')).toBe('container rename uno\ncontainer rename one');
  expect(await events('--filter event=pause --filter event=unpause')).toBe(
    'container pause tick\ncontainer unpause tick',
  );
  expect(await events('--filter container=web --filter type=container')).toBe(
    'container create web\ncontainer start web\ncontainer top web',
  );
  expect(await events('--filter image=redis --filter event=start')).toBe('container start cache');
  // a filter that events do not know is not looked at
  expect(await events('--filter event=rename --filter foo=bar')).toBe('container rename uno\ncontainer rename one');
});

test('attach', async () => {
  expect(await m.fails('docker attach off')).toBe('You cannot attach to a stopped container, start it first [1]');
  expect(await m.fails('docker attach --detach-keys ctrl-? one')).toBe('unable to upgrade to tcp, received 400 [1]');
  await m.out('docker run -di --name echo busybox cat');
  const { stdout } = await m.lab.run('node1', '(echo hello; sleep 1) | timeout 3 docker attach echo');
  expect(stdout).toBe('hello\n');
});

test('files of another image, a device, and no raw sockets', async () => {
  const mount = (more = '', command = 'ls /n'): string =>
    `docker run --rm --mount type=image,source=nginx,target=/n${more} busybox ${command}`;
  expect(await m.lines(mount())).toContain('etc');
  expect(await m.lines(mount(',image-subpath=etc/nginx'))).toContain('nginx.conf');
  expect(await m.out(mount('', 'sh -c "echo x > /n/mine; cat /n/mine"'))).toBe('x');
  expect(await m.fails(mount(',readonly', 'touch /n/mine'), true)).toBe(
    'WARNING: Image mount is an experimental feature\ntouch: /n/mine: Read-only file system [1]',
  );
  expect(await m.fails(mount(',image-subpath=nosuch'))).toMatch(/^invalid mount config for type "image": subpath/);
  expect(await m.out('docker run --rm --device /dev/zero:/dev/nil busybox head -c 2 /dev/nil | xxd -p')).toBe('0000');
  const sniff = 'nicolaka/netshoot timeout 1 tcpdump -i eth0';
  expect(await m.fails(`docker run --rm --cap-drop NET_RAW ${sniff}`, true)).toMatch(
    /eth0: You don't have permission to perform this capture on that device\n\(socket: Operation not permitted\)/,
  );
});

test('what a process in a container left can be asked for some minutes, as the engine collects it', async () => {
  const api = (path: string, body = ''): Promise<string> =>
    m.out(`curl -s --unix-socket /var/run/docker.sock ${body} http://d/v1.51${path}`);
  const made = await api(
    '/containers/one/exec',
    `-H 'Content-Type: application/json' -d '{"Cmd":["sh","-c","exit 3"]}'`,
  );
  const { Id } = JSON.parse(made) as { Id: string };
  const asked = async () => JSON.parse(await api(`/exec/${Id}/json`)) as Record<string, unknown>;
  await api(`/exec/${Id}/start`, `-X POST -H 'Content-Type: application/json' -d '{}'`);
  expect(await asked()).toMatchObject({ Running: false, ExitCode: 3, CanRemove: false });
  expect(await m.out("docker inspect -f '{{.ExecIDs}}' one")).toBe('[]');
  await m.out('sleep 300');
  expect(await asked()).toMatchObject({ ExitCode: 3, CanRemove: true });
  await m.out('sleep 300');
  expect(await asked()).toEqual({ message: `No such exec instance: ${Id}` });
});
