/** Contexts: kept in ~/.docker, chosen by -c, -H, the environment and `use`, and what they lead to. */
import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open({ hosts: 2 });
});

const META = '.docker/contexts/meta/b71199ebd070b36beab7317920c2c2f1d777df8d05e5527d8458fda57cb17a7a';

test('a context is a file named by the digest of its name', async () => {
  await m.out("docker context create remote --docker host=tcp://192.168.56.12:2375 --description 'the other'");
  expect(await m.out(`cat ${META}/meta.json`)).toBe(
    '{"Name":"remote","Metadata":{"Description":"the other"},"Endpoints":{"docker":{"Host":"tcp://192.168.56.12:2375","SkipTLSVerify":false}}}',
  );
  expect(
    await m.out("docker context inspect -f '{{.Endpoints.docker.Host}} {{.Metadata.Metadata.Description}}' remote"),
  ).toBe('tcp://192.168.56.12:2375 the other');
});

test('what cannot be one is refused', async () => {
  expect(await m.fails('docker context create remote')).toBe('context "remote" already exists [1]');
  expect(await m.fails('docker context create default')).toBe('"default" is a reserved context name [1]');
  expect(await m.fails('docker context create a1 --docker hst=1')).toBe(
    'unable to create docker endpoint config: unrecognized config key: hst [1]',
  );
  expect(await m.fails('docker context create a1 --docker host=foo:bar')).toBe(
    'unable to create docker endpoint config: unable to apply docker endpoint options: unable to parse docker host `foo:bar` [1]',
  );
  expect(await m.fails('docker context use')).toBe('accepts 1 arg(s), received 0 [1]');
  expect(await m.fails('docker -H tcp://192.168.56.12 -c remote ps')).toBe(
    'conflicting options: cannot specify both --host and --context [1]',
  );
});

test('the one in use is that of -c, -H, DOCKER_HOST, DOCKER_CONTEXT, config.json, in this order', async () => {
  await m.out('docker context use remote');
  expect(await m.out('cat .docker/config.json')).toBe('{\n\t"auths": {},\n\t"currentContext": "remote"\n}');
  expect(await m.out('docker context show')).toBe('remote');
  expect(await m.out('DOCKER_CONTEXT=other docker context show')).toBe('other');
  expect(await m.out('DOCKER_CONTEXT=other DOCKER_HOST=tcp://a docker context show')).toBe('default');
  expect(await m.out('DOCKER_HOST=tcp://a docker -c remote context show')).toBe('remote');
  expect(await m.fails('docker context rm remote')).toBe('context "remote" is in use, set -f flag to force remove [1]');
});

test('commands go to the other machine, once its daemon is listened to', async () => {
  expect(await m.fails('docker ps')).toBe(
    'Cannot connect to the Docker daemon at tcp://192.168.56.12:2375. Is the docker daemon running? [1]',
  );
  await m.lab.run('node2', 'socat TCP-LISTEN:2375,fork UNIX-CONNECT:/var/run/docker.sock & sleep 1');
  await m.lab.run('node2', 'docker run -d --name far alpine sleep 1000');
  expect(await m.out("docker ps --format '{{.Names}}'")).toBe('far');
  expect(await m.out('docker exec far hostname -i')).toBe('172.17.0.2');
  expect(await m.out('echo said | docker run -i --rm alpine cat')).toBe('said');
  expect(await m.out('docker -c default ps -q')).toBe('');
});

test('a copy of one travels as an archive', async () => {
  await m.out('docker context export remote - | docker context import copy -');
  expect(await m.out('docker context export remote; tar tf remote.dockercontext')).toBe('meta.json\ntls');
  await m.out('docker context rm -f remote');
  expect(await m.out('docker context ls --format "{{.Name}} {{.Current}} {{.DockerEndpoint}}"')).toBe(
    'copy false tcp://192.168.56.12:2375\ndefault true unix:///var/run/docker.sock',
  );
});
