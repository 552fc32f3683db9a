/** Pulling, building and removing images; the registry lies beyond packets. */
import { afterEach, expect, it } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { bugs, makeLab } from '../../rig.ts';

let lab: Lab;
const sh = async (script: string): Promise<string> => {
  const { stdout, stderr } = await lab.run('node1', script);
  return stdout + stderr;
};
afterEach(() => expect(bugs(lab)).toEqual([]));

it('pull brings layers, knows what is here, and says no as Docker Hub does', async () => {
  lab = await makeLab();
  const first = await sh('docker pull alpine:3.20');
  expect(first).toMatch(
    /^3\.20: Pulling from library\/alpine\n\w{12}: Pulling fs layer\n\w{12}: Verifying Checksum\n\w{12}: Download complete\n\w{12}: Pull complete\nDigest: sha256:\w{64}\nStatus: Downloaded newer image for alpine:3\.20\ndocker\.io\/library\/alpine:3\.20\n$/,
  );
  expect(await sh('docker pull alpine:3.20')).toMatch(/Status: Image is up to date for alpine:3\.20/);
  expect(await sh('docker pull nosuch')).toBe(
    "Using default tag: latest\nError response from daemon: pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied\n",
  );
  expect(await sh('docker pull nginx:nosuch')).toBe(
    'Error response from daemon: manifest for nginx:nosuch not found: manifest unknown: manifest unknown\n',
  );
  expect(await sh('docker rmi alpine:3.20')).toMatch(
    /^Untagged: alpine:3\.20\nUntagged: alpine@sha256:\w{64}\nDeleted: sha256:\w{64}\nDeleted: sha256:\w{64}\n$/,
  );
});

it('without a way to the registry there is no pull', async () => {
  lab = await makeLab();
  await sh('ip route del default');
  expect(await sh('docker pull redis:7')).toMatch(
    /Get "https:\/\/registry-1\.docker\.io\/v2\/": dial tcp 203\.0\.113\.20:443: connect: network is unreachable/,
  );
  await sh('echo nameserver 192.168.56.99 > /etc/resolv.conf');
  expect(await sh('docker pull redis:7')).toMatch(/dial tcp: lookup registry-1\.docker\.io on 192\.168\.56\.99:53: /);
});

it('build runs its steps, remembers them, and points at the line that failed', async () => {
  lab = await makeLab();
  await sh('mkdir /app; cd /app; echo hi > page; echo no > x.log; echo "*.log" > .dockerignore');
  await sh(
    `cd /app; printf 'FROM alpine AS base\\nRUN echo made > /made\\nFROM nginx\\nCOPY --from=base /made /usr/share/nginx/html/\\nCOPY . /usr/share/nginx/html/\\n' > Dockerfile`,
  );
  const first = await sh('cd /app; docker build -t site .');
  expect(first).toMatch(/^#\d+ \[base 2\/2\] RUN echo made > \/made\n#\d+ DONE \d\.\ds$/m);
  expect(first).toMatch(/^#\d+ naming to docker\.io\/library\/site done$/m);
  expect(await sh('cd /app; docker build -t site .')).toMatch(/RUN echo made > \/made\n#\d+ CACHED/);
  await sh('docker run -d -p 80:80 site; sleep 1');
  expect(
    await sh('curl -s localhost/made localhost/page; curl -s -o /dev/null -w "%{http_code}" localhost/x.log'),
  ).toBe('made\nhi\n404');
  const failed = await sh(
    `cd /app; printf 'FROM alpine\\nRUN echo one && false\\nRUN x\\n' > D; docker build -f D .; echo $?`,
  );
  expect(failed).toMatch(
    /^D:2\n-{20}\n {3}1 \| {5}FROM alpine\n {3}2 \| >>> RUN echo one && false\n {3}3 \| {5}RUN x\n {3}4 \| {5}\n-{20}\nERROR: failed to build: failed to solve: process "\/bin\/sh -c echo one && false" did not complete successfully: exit code: 1\n/m,
  );
  expect(await sh('cd /app; DOCKER_BUILDKIT=0 docker build -f D .; echo $?')).toMatch(
    /Step 2\/3 : RUN echo one && false\n.*one\n.*returned a non-zero code: 1/s,
  );
});

it('the registry has images for linux/amd64 only, and says what it has', async () => {
  lab = await makeLab();
  const ask = (method: string, path: string): Promise<string> =>
    sh(`curl -s -X ${method} --unix-socket /var/run/docker.sock 'http://docker${path}'`);
  const pulled = (platform: string): Promise<string> =>
    ask('POST', `/images/create?fromImage=hello-world&tag=latest&platform=${platform}`);
  expect(await pulled('arm64')).toContain('no matching manifest for linux/arm64 in the manifest list entries');
  expect(await pulled('linux/arm')).toContain('no matching manifest for linux/arm/v7 in');
  expect(await pulled('windows')).toContain('no matching manifest for windows/amd64 in');
  expect(await sh('docker image inspect hello-world')).toContain('No such image: hello-world');
  expect(await sh(`printf 'FROM --platform=arm64 alpine\n' | docker build -`)).toContain(
    'no match for platform in manifest',
  );
  expect(await pulled('linux/x86_64')).toContain('Downloaded newer image for hello-world:latest');
  const unknown = '{"message":"manifest unknown: manifest unknown"}\n';
  expect(await ask('GET', '/distribution/hello-world:nosuch/json')).toBe(unknown);
  expect(await ask('GET', `/distribution/hello-world@sha256:${'a'.repeat(64)}/json`)).toBe(unknown);
  const name = (await sh("docker image inspect -f '{{index .RepoDigests 0}}' hello-world")).trim();
  expect(JSON.parse(await ask('GET', `/distribution/${name}/json`)).Descriptor.digest).toBe(name.split('@')[1]);
  expect(await ask('POST', '/images/hello-world/push')).toContain('denied: requested access');
  expect(await ask('POST', '/images/hello-world/push?tag=v1')).toContain('tag does not exist: hello-world:v1');
  expect(await ask('POST', '/images/nosuch/push?tag=v1')).toContain('not exist locally with the tag: nosuch');
});
