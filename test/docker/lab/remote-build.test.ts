/** Contexts of builds behind URLs, fetched over the lab's network. */
import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
const web = 'http://192.168.56.11:8080';
beforeAll(async () => {
  m = await open();
  await m.out(
    "mkdir -p /srv/www/sub; cd /srv/www; printf 'FROM busybox\\nRUN echo fetched > /x\\nCMD cat /x\\n' > Dockerfile",
  );
  await m.out('cp /srv/www/Dockerfile /srv/www/sub/other; cd /srv/www; tar cf ctx.tar Dockerfile sub');
  await m.out('docker run -d --name web -v /srv/www:/usr/share/nginx/html:ro -p 8080:80 nginx; sleep 1');
});

test('a Dockerfile, an archive, another Dockerfile of an archive', async () => {
  for (const what of [`${web}/Dockerfile`, `${web}/ctx.tar`, `-f sub/other ${web}/ctx.tar`]) {
    await m.out(`docker build -q -t remote ${what}`);
    expect(await m.out('docker run --rm remote')).toBe('fetched');
    await m.out('docker rmi remote');
  }
  expect(await m.out(`docker build --progress plain ${web}/ctx.tar 2>&1 | grep -c 'load remote build context'`)).toBe(
    '1',
  );
});

test('the classic builder says what it fetches', async () => {
  expect(await m.out(`DOCKER_BUILDKIT=0 docker build ${web}/ctx.tar 2>/dev/null`)).toContain(
    `Downloading build context from remote url: ${web}/ctx.tar`,
  );
});

test('what cannot be fetched ends the build', async () => {
  const failed = 'ERROR: failed to build: failed to solve: ';
  expect(await m.fails(`docker build ${web}/nosuch`, true)).toContain(
    `${failed}failed to read downloaded context: failed to load cache key: invalid response status 404 [1]`,
  );
  expect(await m.fails(`docker build -f nosuch ${web}/ctx.tar`, true)).toContain(
    `${failed}failed to read dockerfile: open nosuch: no such file or directory [1]`,
  );
  expect(await m.fails('docker build https://example.com/x.git', true)).toContain(
    'exec: "git": executable file not found',
  );
});
