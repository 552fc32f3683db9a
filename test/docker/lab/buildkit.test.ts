/** `docker build` with BuildKit: what the frontend reads, what steps do, what is told of them; `docker buildx` and `docker manifest`. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the forms are those of Dockerfiles
import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
  await m.out('mkdir -p /w/d/e; cd /w; echo data > f; echo 1 > d/1; echo 2 > d/e/2; ln -s 1 d/l; tar cf a.tar f');
});

/** Builds a Dockerfile in /w. @returns what its steps printed, and the last line */
async function steps(dockerfile: string, flags = ''): Promise<string[]> {
  const file = Buffer.from(dockerfile).toString('base64');
  const command = `cd /w; echo ${file} | base64 -d > D; docker build --progress plain -f D ${flags} .`;
  const { stderr } = await m.lab.run('node1', command);
  const lines = stderr.trimEnd().split('\n');
  return [...lines.flatMap((l) => /^#\d+ [\d.]+ (.*)$/.exec(l)?.[1] ?? []), lines.at(-1) as string];
}

test('here-documents of RUN and COPY', async () => {
  const file = [
    'FROM busybox',
    'ENV A=1',
    'RUN <<EOF',
    'echo one $A',
    'EOF',
    'RUN <<EOF',
    '#!/bin/sh',
    'echo from $0',
    'EOF',
    'COPY <<-X <<"Y" /d/',
    '\tA is $A',
    '\tX',
    '$A',
    'Y',
    'RUN cat - /d/X /d/Y <<Z',
    'piped',
    'Z',
    '',
  ].join('\n');
  expect((await steps(file)).slice(0, -1)).toEqual(['one 1', 'from /dev/pipes/EOF', 'piped', 'A is 1', '$A']);
});

test('mounts: secrets, a cache that stays, the context, other stages; nothing of them is in the image', async () => {
  const file = [
    'FROM busybox AS other',
    'RUN echo theirs > /t',
    'FROM busybox',
    'RUN --mount=type=secret,id=s --mount=type=secret,id=s,env=S cat /run/secrets/s; echo $S',
    'RUN --mount=type=cache,target=/c ls /c; date > /c/$(ls /c | wc -l)',
    'RUN --mount=type=bind,source=f,target=/b --mount=type=bind,from=other,source=/t,target=/o cat /b /o',
    'RUN --mount=type=tmpfs,target=/m df /m | tail -1 | cut -c1-5; ls -d /b /o /m /c /run 2>/dev/null',
    '',
  ].join('\n');
  await m.out('printf secret > /w/sec');
  const flags = '--secret id=s,src=sec --no-cache';
  expect((await steps(file, flags)).slice(0, -1)).toEqual(['secretsecret', 'data', 'theirs', 'tmpfs', '/m']);
  expect((await steps(file, flags)).slice(1, 2)).toEqual(['0']);
  expect((await steps('FROM busybox\nRUN --mount=type=secret,id=n,required=true true\n')).at(-1)).toBe(
    'ERROR: failed to build: failed to solve: secret n: not found',
  );
});

test('COPY and ADD: directories, patterns, owners, modes, archives, images', async () => {
  const file = [
    'FROM busybox',
    'COPY d x/',
    'COPY d/* y/',
    'COPY --chown=7:8 --chmod=640 f h',
    'COPY --exclude=e d z',
    'ADD a.tar /tar/',
    'COPY --from=alpine /etc/alpine-release /',
    'RUN ls x y z tar alpine-release; stat -c "%u %g %a" h',
    '',
  ].join('\n');
  expect((await steps(file)).slice(0, -1).join(' ')).toBe('alpine-release  tar: f  x: 1 e l  y: 1 2 l  z: 1 l 7 8 640');
});

test('named contexts: directories and images in place of sources, bases and whole stages', async () => {
  await m.out('mkdir -p /w/o; echo hi > /w/o/f; echo no > /w/o/no; printf no > /w/o/.dockerignore');
  const copy = 'FROM busybox\nRUN --mount=from=a/b:1,target=/m ls /m\nCOPY --from=a/b:1 /f /f\nRUN cat /f\n';
  expect((await steps(copy, '--build-context a/b:1=o')).slice(0, -1)).toEqual(['f', 'hi']);
  await m.out('touch /w/o/g');
  expect((await steps(copy, '--build-context a/b:1=o')).slice(0, -1)).toEqual(['f', 'g', 'hi']);
  const staged = 'FROM nosuch AS base\nRUN false\nFROM base\nRUN cd /etc; ls alpine-release\n';
  expect((await steps(staged, '--build-context base=docker-image://alpine'))[0]).toBe('alpine-release');
  await m.out(
    "cd /w; printf 'FROM here:latest\\nCOPY f /g\\n' | docker build -q -f - --build-context here=o -o based .",
  );
  expect(await m.out('cd /w/based; ls; cat f')).toBe('f\ng\nhi');
  expect(await m.fails('docker build --build-context Foo=/w/o /w')).toBe(
    'ERROR: invalid context name Foo: invalid reference format: repository name (library/Foo) must be lowercase [1]',
  );
});

test('ONBUILD runs in the image that stands on it, ARGs have their scopes, forms of variables', async () => {
  await steps('FROM busybox\nONBUILD ARG W=w\nONBUILD RUN echo trigger $W\n', '-t ob');
  expect((await steps('FROM ob\nRUN echo then $W\n', '--build-arg W=v')).slice(0, 2)).toEqual(['trigger v', 'then v']);
  const file =
    'ARG G=g\nARG T=busybox\nFROM $T\nARG G\nARG H=h$G\nENV P=/a/b.c\nRUN echo $G $H ${T:-no}; echo ${P}\nENV Q=${P##*/}\nRUN echo $Q\n';
  expect((await steps(file)).slice(0, 3)).toEqual(['g hg no', '/a/b.c', 'b.c']);
});

test('warnings, and a check without a build', async () => {
  const file =
    'FROM busybox as Foo\nENV A b\nWORKDIR rel\nRUN echo $UNSET\nENV B=$PAHT\nARG API_KEY\nCMD a\nCMD ["b"]\n';
  await m.out(`printf '${file.replaceAll('\n', '\\n')}' > /w/L`);
  const { stderr, exit } = await m.lab.run('node1', 'cd /w; docker build -f L . ; docker build --check -f L . > L.out');
  expect(exit).toBe(1);
  expect(stderr.slice(stderr.indexOf('\n 8 warnings'), stderr.indexOf('#0', 9)).trimEnd().split('\n').slice(1)).toEqual(
    [
      ' 8 warnings found (use docker --debug to expand):',
      " - StageNameCasing: Stage name 'Foo' should be lowercase (line 1)",
      " - FromAsCasing: 'as' and 'FROM' keywords' casing do not match (line 1)",
      ' - LegacyKeyValueFormat: "ENV key=value" should be used instead of legacy "ENV key value" format (line 2)',
      ' - WorkdirRelativePath: Relative workdir "rel" can have unexpected results if the base image changes (line 3)',
      " - UndefinedVar: Usage of undefined variable '$PAHT' (did you mean $PATH?) (line 5)",
      ' - SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ARG "API_KEY") (line 6)',
      ' - JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals (line 7)',
      ' - MultipleInstructionsDisallowed: Multiple CMD instructions should not be used in the same stage because only the last one will be used (line 7)',
    ],
  );
  expect(await m.out('head -1 /w/L.out')).toBe('Check complete, 8 warnings have been found!');
  expect(await m.fails("printf '# check=error=true\\nfrom busybox\\nENV A b\\n' | docker build -q -", true)).toContain(
    'lint violation found for rules: ConsistentInstructionCasing, LegacyKeyValueFormat [1]',
  );
});

test('what is built is told nowhere but in the image; the cache is listed and pruned', async () => {
  await m.out('docker builder prune -af');
  const made = (flags: string): Promise<string> =>
    m.out(`printf 'FROM busybox\\nRUN echo x > /x\\n' | docker build -q ${flags} -`);
  expect(await made('-t later')).toBe(await made(''));
  expect(await m.out('docker ps -aq; docker events --since 5m --until 0s --filter type=container')).toBe('');
  expect((await m.lines('docker buildx du')).map((l) => l.split(/\s+/)[1])).toEqual(
    expect.arrayContaining(['RECLAIMABLE', 'true', 'true']),
  );
  expect(await m.out("docker system df --format '{{.Type}} {{.TotalCount}}' | tail -1")).toBe('Build Cache 2');
  expect(await m.out('docker builder prune -f')).toBe('Total:\t0B');
  expect((await m.lines('docker buildx prune -af')).length).toBe(4);
});

test('a build that nobody waits for any more is given up', async () => {
  await m.out("cd /w; printf 'FROM busybox\\nRUN sleep 1234\\nRUN echo never\\n' > G");
  const before = await m.out('docker images -aq');
  const sleeping = 'ps aux | grep -c "[s]leep 1234"';
  const command = `cd /w; docker build -f G . 2>/dev/null & sleep 2; ${sleeping}; kill -TERM $!; sleep 1; ${sleeping}`;
  expect((await m.lab.run('node1', command)).stdout).toBe('1\n0\n');
  expect(await m.out('docker images -aq')).toBe(before);
});

test('results that are no images, and what the driver cannot do', async () => {
  await m.out("cd /w; printf 'FROM scratch\\nCOPY f /out/f\\n' > S; docker build -q -f S -o res . ");
  expect(await m.out('cat /w/res/out/f; cd /w; docker build -q -f S -o - . | tar t')).toBe('data\nout/\nout/f');
  for (const flags of ['--platform linux/amd64,linux/arm64', '--cache-to type=local,dest=c', '--sbom true'])
    expect(await m.fails(`cd /w; docker build ${flags} .`)).toContain('is not supported for the docker driver.');
  expect(await m.fails('docker build /nosuch')).toBe(
    'ERROR: failed to build: unable to prepare context: path "/nosuch" not found [1]',
  );
});

test('builders: the context has one, others are made and forgotten', async () => {
  await m.out('docker buildx create --name b1');
  expect((await m.lines("docker buildx ls --format '{{.Name}} {{.Status}}'")).map((l) => l.trim())).toEqual([
    'b1',
    'b10 inactive',
    'default',
    'default running',
  ]);
  await m.out('docker buildx use b1; docker buildx rm b1');
  await m.out(
    "docker build -q -f /w/S /w; docker network inspect -f '{{(index .IPAM.Config 0).Gateway}}' bridge > /tmp/gw",
  );
  const shown = await m.out('docker buildx inspect');
  expect(shown).toMatch(/^Name: +default\nDriver: +docker\nLast Activity: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC\n/);
  expect(shown).toContain(`host-gateway-ip: ${await m.out('cat /tmp/gw')}`);
  expect(await m.out('docker -H unix:///nosuch buildx inspect | grep -c Cannot')).toBe('1');
  expect(await m.fails('docker buildx rm default')).toContain('failed to remove default: context builder cannot be');
});

test('bake: groups and what targets inherit, also in circles; values set beside the file', async () => {
  const file = {
    group: { default: { targets: ['x', 'default', 'y'] } },
    target: { x: { inherits: ['y', 'x'], args: { V: '1' }, dockerfile: 'B' }, y: { tags: ['baked'] } },
  };
  await m.out(`cd /w; echo '${JSON.stringify(file)}' > bake.json; printf 'FROM busybox\\nARG V\\nENV V=$V\\n' > B`);
  const print = JSON.parse(await m.out("cd /w; docker buildx bake -f bake.json --print --set '*.args.W=2'"));
  expect(print.target).toEqual({
    x: { context: '.', dockerfile: 'B', tags: ['baked'], args: { V: '1', W: '2' } },
    y: { context: '.', dockerfile: 'Dockerfile', tags: ['baked'], args: { W: '2' } },
  });
  await m.out('cd /w; docker buildx bake -f bake.json --set x.args.V=3 --set x.tags=set x 2>/dev/null');
  expect(await m.out("docker inspect -f '{{.Config.Env}}' set")).toContain('V=3]');
  expect(await m.fails('cd /w; docker buildx bake -f bake.json --set z.args.V=3')).toBe(
    "ERROR: could not find any target matching 'z' [1]",
  );
});

test('manifests are what their digests say; lists of them are kept here', async () => {
  const digest = await m.out(
    "docker pull -q hello-world >/dev/null; docker inspect -f '{{index .RepoDigests 0}}' hello-world",
  );
  const verbose = JSON.parse(await m.out('docker manifest inspect -v hello-world'));
  expect(verbose.Descriptor.digest).toBe(digest.split('@')[1]);
  await m.out(`echo ${verbose.Raw} | base64 -d > /tmp/m`);
  expect(`sha256:${(await m.out('sha256sum /tmp/m')).split(' ')[0]}`).toBe(verbose.Descriptor.digest);
  const tools = 'docker buildx imagetools';
  await m.out(
    `${tools} inspect --raw hello-world > /tmp/m; ${tools} inspect --format '{{json .Manifest}}' busybox > /tmp/d`,
  );
  expect(`sha256:${(await m.out('sha256sum /tmp/m')).split(' ')[0]}`).toBe(verbose.Descriptor.digest);
  const combined = JSON.parse(await m.out(`${tools} create --dry-run -f /tmp/d hello-world hello-world`));
  expect(combined.manifests.map((x: { digest: string }) => x.digest)).toEqual([
    JSON.parse(await m.out('cat /tmp/d')).digest,
    verbose.Descriptor.digest,
  ]);
  expect(await m.out('docker manifest create l/x:1 busybox alpine')).toBe('Created manifest list docker.io/l/x:1');
  await m.out('docker manifest annotate l/x:1 alpine --arch arm64');
  const list = JSON.parse(await m.out('docker manifest inspect l/x:1'));
  expect(list.manifests.map((x: { platform: { architecture: string } }) => x.platform.architecture).sort()).toEqual([
    'amd64',
    'arm64',
  ]);
  await m.out('docker manifest rm l/x:1');
  expect(await m.fails('docker manifest push l/x:1')).toBe('No such manifest: docker.io/l/x:1 [1]');
});
