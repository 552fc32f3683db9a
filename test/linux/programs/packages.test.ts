/** Package managers in containers: what they need of the network, what they install. */
import { expect, it } from 'vitest';
import { bugs, makeLab } from '../../rig.ts';

it('apt-get brings tools with what they need, and fails without names', async () => {
  const lab = await makeLab();
  const sh = async (script: string): Promise<string> => (await lab.run('node1', script)).stdout;
  const got = await sh(
    `docker run --rm debian sh -c 'apt-get install -y curl 2>&1; apt-get update; apt-get install -y curl; curl -s ext.lab; apt-get remove -y curl; which curl; apt-get install -y curl | head -5'`,
  );
  expect(got).toMatch(/^E: Unable to locate package curl$/m);
  expect(got).toMatch(/^The following additional packages will be installed:\n {2}libcurl4t64 libidn2-0/m);
  expect(got).toMatch(/^Get:\d+ http:\/\/deb\.debian\.org\/debian forky\/main amd64 curl amd64 \S+ \[\d+ kB\]$/m);
  expect(got).toMatch(/^Selecting previously unselected package curl\.$/m);
  expect(got).toMatch(/^Setting up curl \(\S+\) \.\.\.$/m);
  expect(got).toMatch(/^you are 192\.168\.56\.11$/m);
  expect(got).toMatch(/^Removing curl \(\S+\) \.\.\.$/m);
  await sh('docker network create --internal inside');
  const { stdout, stderr } = await lab.run(
    'node1',
    `docker run --rm --network inside debian apt-get update; docker run --rm --network inside alpine apk add curl`,
  );
  expect(stdout).toMatch(
    /^Err:1 http:\/\/deb\.debian\.org\/debian forky InRelease\n {2}Temporary failure resolving 'deb\.debian\.org'$/m,
  );
  expect(stderr).toMatch(
    /^W: Some index files failed to download\. They have been ignored, or old ones used instead\.$/m,
  );
  expect(stderr).toMatch(
    /^WARNING: fetching http:\/\/dl-cdn\.alpinelinux\.org\/alpine\/v3\.22\/main: temporary error \(try again later\)$/m,
  );
  expect(bugs(lab)).toEqual([]);
});

it('apk adds and deletes', async () => {
  const lab = await makeLab();
  const { stdout } = await lab.run(
    'node1',
    `docker run --rm alpine sh -c 'apk add --no-cache tcpdump; tcpdump --version 2>&1 | head -1; apk del tcpdump; apk add nosuch 2>&1; echo $?'`,
  );
  expect(stdout).toMatch(
    /\(1\/2\) Installing libpcap \(\S+\)\n\(2\/2\) Installing tcpdump \(\S+\)\nExecuting busybox-\S+\nOK: \d+ MiB in \d+ packages\n/,
  );
  expect(stdout).toMatch(/\(\d\/2\) Purging tcpdump/);
  expect(stdout).toMatch(
    /ERROR: unable to select packages:\n {2}nosuch \(no such package\):\n {4}required by: world\[nosuch\]\n1\n$/,
  );
  expect(bugs(lab)).toEqual([]);
});

it('training/base knows of inetutils-ping what the mirror has', async () => {
  const lab = await makeLab();
  const { stdout } = await lab.run(
    'node1',
    `docker run -d --name db training/postgres; docker run --rm --link db:db training/webapp bash -c 'cat /var/lib/apt/lists/*Packages; apt-get install -yqq inetutils-ping; ping -c1 db; apt-get update -qq; cat /var/lib/apt/lists/*Packages'`,
  );
  expect(stdout).toMatch(/^64 bytes from 172\.17\.0\.2: icmp_seq=0 ttl=64 time=\d\.\d{3} ms$/m);
  const paragraphs = stdout.match(/Package: (?:inetutils-ping|netbase)\n(?:[A-Z][\w-]*: .+\n)+/g) ?? [];
  expect(paragraphs).toHaveLength(4);
  expect(paragraphs.slice(0, 2).sort()).toEqual(paragraphs.slice(2).sort());
});
