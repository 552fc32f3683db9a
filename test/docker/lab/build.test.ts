/** `docker build`: what BuildKit leaves behind, and what the classic builder does. */
import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
const build = (dockerfile: string, flags = ''): Promise<string> =>
  m.out(`printf '${dockerfile.replaceAll('\n', '\\n')}' | docker build -q ${flags} -`);

beforeAll(async () => {
  m = await open();
});

test('history in the words of BuildKit', async () => {
  const file = [
    'FROM busybox',
    'ARG V=1',
    'ENV A=$V B=2',
    'RUN echo $A >/a',
    'WORKDIR /w',
    'EXPOSE 90/udp 80',
    'VOLUME /v',
    'HEALTHCHECK --interval=90s CMD true',
    'CMD cat /a',
    '',
  ].join('\n');
  await build(file, '-t told');
  expect(await m.lines("docker history --no-trunc --format '{{.CreatedBy}}|{{.Comment}}' told")).toEqual(
    [
      'CMD ["/bin/sh" "-c" "cat /a"]',
      'HEALTHCHECK &{["CMD-SHELL" "true"] "1m30s" "0s" "0s" "0s" \'\\x00\'}',
      'VOLUME [/v]',
      'EXPOSE [80/tcp 90/udp]',
      'WORKDIR /w',
      'RUN |1 V=1 /bin/sh -c echo $A >/a # buildkit',
      'ENV A=1 B=2',
      'ARG V=1',
    ]
      .map((by) => `${by}|buildkit.dockerfile.v0`)
      .concat('|Imported from -'),
  );
  expect((await m.lines('docker history -q told')).slice(1, 8)).toEqual(Array(7).fill('<missing>'));
  expect(await m.out('docker run --rm told')).toBe('1');
});

test('no images of steps, also when one fails; the cache knows them all the same', async () => {
  const images = (): Promise<string[]> => m.lines('docker images -aq');
  const before = (await images()).length;
  const id = await build('FROM busybox\nRUN echo 1 >/x\nRUN echo 2 >/y\n', '-t two');
  expect((await images()).length).toBe(before + 1);
  const failing = "printf 'FROM busybox\\nRUN echo 1 >/x\\nRUN false\\n' | docker build -";
  expect(await m.fails(failing, true)).toContain('#5 [2/3] RUN echo 1 >/x\n#5 CACHED\n');
  expect((await images()).length).toBe(before + 1);
  expect(await m.out('docker ps -aq')).toBe('');
  expect(await build('FROM busybox\nRUN echo 1 >/x\nRUN echo 2 >/y\n', '-t two')).toBe(id);
  expect(await m.out('docker rmi two')).not.toContain('two@');
  expect((await images()).length).toBe(before);
});

test('the last step says nothing of the image', async () => {
  const { stderr } = await m.lab.run('node1', "printf 'FROM busybox\\nRUN echo said\\n' | docker build -t quiet -");
  expect(stderr).toContain(' said\n');
  expect(stderr).not.toContain('Successfully');
});

test.each([
  ['COPY f', 'COPY requires at least two arguments, but only one was provided. Destination could not be determined'],
  ['COPY --chwon=1 a b', 'unknown flag: --chwon (did you mean chown?)'],
  ['FROM a b', 'FROM requires either one or three arguments'],
  ['HEALTHCHECK foo', 'Unknown type "FOO" in HEALTHCHECK (try CMD)'],
])('a file with %s is refused before its first step', async (instruction, why) => {
  const said = await m.fails(`printf 'FROM busybox\\nRUN echo never\\n${instruction}\\n' | docker build -`, true);
  expect(said).toContain(`ERROR: failed to build: failed to solve: dockerfile parse error on line 3: ${why} [1]`);
  expect(said).toContain(`   3 | >>> ${instruction}`);
  expect(said).not.toContain('load metadata');
});

test('stages and platforms that are not there', async () => {
  const one = (flags: string): Promise<string> =>
    m.fails(`printf 'FROM busybox AS x\\nRUN echo never\\n' | docker build ${flags} -`, true);
  const nosuch = await one('--target nosuch');
  expect(nosuch).toContain('failed to solve: target stage "nosuch" could not be found [1]');
  expect(nosuch).not.toContain('never');
  expect(await one('--platform linux/arm64')).toMatch(
    /no match for platform in manifest sha256:[0-9a-f]{64}: not found/,
  );
});

test('what steps are given', async () => {
  const said = async (run: string, flags: string): Promise<string> =>
    (await m.lab.run('node1', `printf 'FROM busybox\\nRUN ${run}\\n' | docker build ${flags} -`)).stderr;
  expect(await said('grep there /etc/hosts', '--add-host there:192.0.2.7')).toContain('192.0.2.7\tthere');
  expect(await said('df /dev/shm', '--shm-size 2m')).toMatch(/shm +2048 /);
  await m.out("mkdir sent; echo hi >sent/f; printf 'FROM busybox\\nCOPY --chmod=640 f /f\\n' >sent/Dockerfile");
  await m.out('docker build -q -t mode sent');
  expect(await m.out('docker run --rm mode ls -l /f')).toMatch(/^-rw-r----- /);
  expect((await m.lab.run('node1', 'DOCKER_BUILDKIT=0 docker build sent')).stderr).toContain(
    'the --chmod option requires BuildKit',
  );
});

test('the classic builder keeps its steps', async () => {
  await m.out("printf 'FROM busybox\\nENV A=1\\nENV B=2\\n' | DOCKER_BUILDKIT=0 docker build -t old - 2>/dev/null");
  expect(await m.lines("docker history --format '{{.CreatedBy}}' old")).toEqual([
    '/bin/sh -c #(nop)  ENV B=2',
    '/bin/sh -c #(nop)  ENV A=1',
    '',
  ]);
  expect((await m.lines('docker history -q old')).includes('<missing>')).toBe(false);
  const limited =
    "printf 'FROM busybox\\nRUN true\\n' | DOCKER_BUILDKIT=0 docker build --rm=false -m 64m --cpu-shares 7 -";
  await m.out(`${limited} 2>/dev/null`);
  const held = await m.out("docker inspect -f '{{.HostConfig.Memory}} {{.HostConfig.CpuShares}}' $(docker ps -lq)");
  expect(held).toBe('67108864 7');
});
