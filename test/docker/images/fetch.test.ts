/** What the engine fetches by HTTP over the lab's network: imports, ADD, contexts. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { bugs, makeLab } from '../../rig.ts';

let lab: Lab;
let web = '';
const sh = async (script: string): Promise<string> => {
  const { stdout, stderr } = await lab.run('node1', script);
  return stdout + stderr;
};
const ask = (method: string, path: string, more = ''): Promise<string> =>
  sh(`curl -s -X ${method} ${more} --unix-socket /var/run/docker.sock 'http://docker${path}'`);
const built = (dockerfile: string): Promise<string> =>
  sh(
    `mkdir -p /b; printf '${dockerfile}' > /b/Dockerfile; tar -cf /b.tar -C /b Dockerfile; ` +
      `curl -s -H Content-Type:application/x-tar --data-binary @/b.tar --unix-socket /var/run/docker.sock http://docker/build`,
  );

beforeAll(async () => {
  lab = await makeLab();
  await sh('docker run -d --name web nginx; sleep 1');
  web = `http://${(await sh("docker inspect -f '{{.NetworkSettings.IPAddress}}' web")).trim()}`;
  await sh(
    'mkdir /c; cd /c; echo hi > f; printf "FROM busybox\\nCOPY f /copied\\n" > Dockerfile; tar -cf /c.tar f Dockerfile; ' +
      'docker cp /c.tar web:/usr/share/nginx/html/c.tar; docker cp Dockerfile web:/usr/share/nginx/html/Dockerfile; ' +
      'docker cp f web:/usr/share/nginx/html/f.txt',
  );
});
afterAll(() => expect(bugs(lab)).toEqual([]));

it('an import comes from a URL, with or without its scheme', async () => {
  const said = await ask('POST', `/images/create?fromSrc=${web}/c.tar&repo=imp`);
  expect(said).toContain(`"status":"Downloading from ${web}/c.tar"`);
  expect(said).toMatch(/"status":"sha256:\w{64}"/);
  expect(await sh('docker history --format "{{.Comment}}" imp')).toBe(`Imported from ${web}/c.tar\n`);
  expect(await ask('POST', `/images/create?fromSrc=${web.slice(7)}/c.tar&repo=imp&tag=2`)).toContain('sha256:');
  expect(await sh('docker create imp:2 /f | wc -c')).toBe('65\n');
});

it('what goes wrong is told as it was met', async () => {
  const refused = async (url: string): Promise<string> =>
    JSON.parse(await ask('POST', `/images/create?fromSrc=${url}`)).message;
  expect(await refused(`${web}/nope`)).toContain(`failed to GET ${web}/nope with status 404 Not Found: <html>`);
  expect(await refused('http://127.0.0.1:1/x')).toBe(
    'Get "http://127.0.0.1:1/x": dial tcp 127.0.0.1:1: connect: connection refused',
  );
  expect(await refused('http://nosuch.example/x')).toBe(
    'Get "http://nosuch.example/x": dial tcp: lookup nosuch.example on 192.168.56.1:53: no such host',
  );
  expect(await refused(`${web.replace('http', 'https')}:80/x`)).toContain('http: server gave HTTP response to HTTPS');
});

it('ADD keeps what it fetches as it came, under its name or another', async () => {
  const steps = `FROM busybox\\nADD ${web}/c.tar /dir/\\nADD ${web}/f.txt /other\\nRUN ls -l /dir /other && cat /other\\n`;
  const said = await built(steps);
  expect(said).toContain('"status":"Downloading"');
  expect(said).toMatch(/-rw------- +1 root +root +\d+ \w+ +\d+ +[\d:]+ c\.tar/);
  expect(said).toContain('"stream":"hi\\n"');
  expect(await built(`FROM busybox\\nCOPY ${web}/f.txt /x\\n`)).toContain("source can't be a URL for COPY");
  expect(await built(`FROM busybox\\nADD ${web}/ /x/\\n`)).toContain('cannot determine filename for source');
  expect(await built(`FROM busybox\\nADD ${web}/nope /x\\n`)).toContain('ADD failed: failed to GET');
});

it('a context is fetched: an archive, or a Dockerfile alone', async () => {
  const from = (path: string): Promise<string> => ask('POST', `/build?remote=${web}${path}&t=r`);
  expect(await from('/c.tar')).toContain('Successfully tagged r:latest');
  expect(await sh('docker run --rm r cat /copied')).toBe('hi\n');
  expect(await from('/Dockerfile')).toContain('COPY failed: file not found in build context');
  expect(await from('/index.html')).toContain('unsupported Content-Type \\"text/html\\"');
  expect(await from('/nope')).toContain('failed to GET');
});

it('the index is searched where its name leads', async () => {
  const search = async (query: string): Promise<string> =>
    JSON.parse(await ask('GET', `/images/search?${query}`)).message;
  expect(await search('term=a&limit=101')).toBe('limit 101 is outside the range of [1, 100]');
  expect(await search('term=a&limit=x')).toBe('invalid limit specified');
  const found = JSON.parse(await ask('GET', '/images/search?term=whoami&limit=2'));
  expect(found.map((row: { name: string }) => row.name)).toEqual(['containous/whoami', 'jwilder/whoami']);
  await sh('echo nameserver 192.168.56.99 > /etc/resolv.conf');
  expect(await search('term=a+b&limit=3')).toMatch(
    /^Get "https:\/\/index\.docker\.io\/v1\/search\?q=a\+b&n=3": dial tcp: lookup index\.docker\.io/,
  );
});
