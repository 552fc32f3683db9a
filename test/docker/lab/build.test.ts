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

test('the classic builder keeps its steps', async () => {
  await m.out("printf 'FROM busybox\\nENV A=1\\nENV B=2\\n' | DOCKER_BUILDKIT=0 docker build -t old - 2>/dev/null");
  expect(await m.lines("docker history --format '{{.CreatedBy}}' old")).toEqual([
    '/bin/sh -c #(nop)  ENV B=2',
    '/bin/sh -c #(nop)  ENV A=1',
    '',
  ]);
  expect((await m.lines('docker history -q old')).includes('<missing>')).toBe(false);
});
