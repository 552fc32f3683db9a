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

test('config.json says how lists are printed, which keys detach, which proxies containers get', async () => {
  const settings = {
    psFormat: 'table {{.Names}}',
    networksFormat: '{{.Name}}!',
    proxies: { default: { httpProxy: 'http://proxy:3128', noProxy: 'local' } },
  };
  await m.out(`mkdir -p .docker; echo '${JSON.stringify(settings)}' > .docker/config.json`);
  expect(await m.out('docker ps')).toBe('NAMES');
  expect(await m.out('docker network ls -f name=host')).toBe('host!');
  expect(await m.out('docker network ls -q -f name=host | wc -c')).toBe('13');
  expect(await m.out('docker run --rm -e no_proxy=mine alpine env | grep -i proxy | sort')).toBe(
    'HTTP_PROXY=http://proxy:3128\nNO_PROXY=local\nhttp_proxy=http://proxy:3128\nno_proxy=mine',
  );
  await m.out("echo '{' > .docker/config.json");
  const broken = await m.lab.run('node1', 'docker context show');
  expect(broken.stderr).toBe('WARNING: Error parsing config file (/root/.docker/config.json): unexpected EOF\n');
  await m.out('rm .docker/config.json');
});

test('a program among the plugins is a command; what is none is unknown', async () => {
  await m.out(`mkdir -p ~/.docker/cli-plugins/docker-dir && cd ~/.docker/cli-plugins && cat > docker-hi <<'EOF'
#!/bin/sh
if [ "$1" = docker-cli-plugin-metadata ]; then echo '{"SchemaVersion":"0.1.0","Vendor":"me","ShortDescription":"Say hi"}'; exit; fi
echo hi "$@"; exit 4
EOF
printf '#!/bin/sh\\necho null\\n' > docker-mute; chmod +x docker-*; echo x > docker-flat`);
  expect(await m.fails('docker --log-level=info hi there >&2')).toBe('hi --log-level=info hi there [4]');
  expect(await m.lines("docker --help | grep -E '^  (hi|mute|flat|dir)\\b'")).toEqual(['  hi*         Say hi']);
  for (const name of ['flat', 'dir'])
    expect(await m.fails(`docker ${name}`)).toMatch(`docker: unknown command: docker ${name}`);
  expect(await m.fails('docker run --security-opt seccomp=.docker/cli-plugins/docker-flat nginx')).toMatch(
    "compacting json for seccomp profile (.docker/cli-plugins/docker-flat) failed: invalid character 'x' looking for",
  );
});
