/** What an engine has to say of registries, plugins and swarms that are not there. */
import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
});

test('logging in asks the registry, which is not there or knows nobody', async () => {
  const last = async (command: string): Promise<string> =>
    (await m.fails(command, true)).split('\n').at(-1)?.replace('Error response from daemon: ', '') ?? '';
  expect(await last('docker login -u a -p b')).toContain('Get "https://registry-1.docker.io/v2/": ');
  expect(await last('docker login -u a -p b nosuch.example')).toMatch(
    /^Get "https:\/\/nosuch.example\/v2\/": dial tcp: lookup nosuch.example on 192.168.56.1:53: no such host \[1\]$/,
  );
  expect(await last('echo b | docker login -u a --password-stdin localhost:5000')).toBe(
    'Get "http://localhost:5000/v2/": dial tcp 127.0.0.1:5000: connect: connection refused [1]',
  );
  expect(await m.fails('echo b | docker login --password-stdin')).toBe(
    'Must provide --username with --password-stdin [1]',
  );
  expect(await m.out('docker logout')).toBe('Removing login credentials for https://index.docker.io/v1/');
});

test('there are no plugins, manifest lists or checkpoints', async () => {
  expect(await m.out('docker plugin ls')).toBe('ID        NAME      DESCRIPTION   ENABLED');
  for (const verb of ['inspect', 'enable', 'disable', 'rm'])
    expect(await m.fails(`docker plugin ${verb} x`)).toBe('plugin "x" not found [1]');
  expect(await m.fails('docker manifest push a')).toBe('No such manifest: docker.io/library/a:latest [1]');
  expect(await m.fails('docker checkpoint ls x')).toBe(
    'docker checkpoint ls is only supported on a Docker daemon with experimental features enabled [1]',
  );
});

test('a node that is in no swarm says so', async () => {
  const commands =
    'node ls,node ps,node rm x,service rm x,service ps x,secret inspect x,config rm x,stack ps x,swarm ca';
  for (const command of commands.split(','))
    expect(await m.fails(`docker ${command}`), command).toContain('This node is not a swarm manager.');
  expect(await m.fails('docker service scale x=1')).toContain('x: Error response from daemon: This node is not');
  expect(await m.fails('docker swarm leave')).toBe('This node is not part of a swarm [1]');
});

test('search asks the index, and shows a table', async () => {
  expect(await m.lines('docker search alp')).toEqual([
    'NAME      DESCRIPTION                           STARS     OFFICIAL',
    'alpine    A small Linux with musl and BusyBox   0         [OK]',
  ]);
  expect(await m.lines("docker search --limit 2 --format '{{.Name}}' --filter is-official=true e")).toHaveLength(2);
  expect(await m.fails('docker search --filter stars=x e')).toBe("invalid filter 'stars=x' [1]");
  expect(await m.fails('docker search --limit 200 e')).toBe('limit 200 is outside the range of [1, 100] [1]');
});
