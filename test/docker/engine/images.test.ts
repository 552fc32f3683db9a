/** Images over the API: which are listed, how they are named, and for what they are. */
import { beforeEach, expect, test } from 'vitest';
import { makeRig, type Rig } from '../rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await makeRig();
  for (const name of ['first', 'second']) {
    await rig.api('POST', `/containers/create?name=${name}`, { Image: 'busybox', Cmd: ['true'] });
    await rig.api('POST', `/commit?container=${name}&repo=${name}&tag=one`);
  }
});

const refused = async (method: string, path: string): Promise<string> => {
  const { status, body } = await rig.api(method, path);
  return `${status} ${body?.message ?? ''}`;
};

const listed = async (filters: object, all = 0): Promise<string[]> =>
  (await rig.api('GET', `/images/json?all=${all}&filters=${encodeURIComponent(JSON.stringify(filters))}`)).body.flatMap(
    (row: { RepoTags: string[] }) => row.RepoTags,
  );

test('images are listed by age', async () => {
  expect(await listed({ since: ['first:one'] })).toEqual(['second:one']);
  expect(await listed({ before: ['second:one'], since: ['alpine'] })).toEqual(['first:one']);
  expect(await listed({ until: ['1h'], reference: ['second', 'first'] })).toEqual([]);
  expect(await listed({ until: ['4000000000'], reference: ['second'] })).toEqual(['second:one']);
  expect(await refused('GET', '/images/json?filters={"before":["nosuch"]}')).toBe('404 No such image: nosuch:latest');
  expect(await refused('GET', '/images/json?filters={"until":["zz"]}')).toBe(
    '400 failed to parse value as time or duration: "zz"',
  );
});

test('and by patterns of their names', async () => {
  expect(await listed({ reference: ['[e-g]irst'] })).toEqual(['first:one']);
  expect(await listed({ reference: ['[^e-g]*:o?e'] })).toEqual(['second:one']);
  expect(await listed({ reference: ['[e-g'] })).toEqual([]);
  await rig.api('POST', '/images/first:one/tag?repo=other&tag=two');
  expect(await listed({ reference: ['other:*'] })).toEqual(['other:two']);
});

test('those without a name are dangling, unless others stand on them', async () => {
  const made = async (from: string): Promise<string> => {
    const { Id } = (await rig.api('POST', '/containers/create', { Image: from, Cmd: ['true'] })).body;
    return (await rig.api('POST', `/commit?container=${Id}`)).body.Id;
  };
  const below = await made('busybox');
  const above = await made(below);
  const ids = async (filters: string): Promise<string[]> =>
    (await rig.api('GET', `/images/json?all=1&filters=${filters}`)).body.map((row: { Id: string }) => row.Id);
  expect(await ids('{"dangling":["true"]}')).toEqual([above]);
  expect(await ids('{"dangling":["false"]}')).not.toContain(below);
  expect(await ids('')).toEqual(expect.arrayContaining([above, below]));
  expect(await refused('POST', '/images/prune?filters={"dangling":["x"]}')).toBe("400 invalid filter 'dangling=[x]'");
});

test('a name comes from a repository and a tag', async () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const tag = (query: string): Promise<string> => refused('POST', `/images/busybox/tag?${query}`);
  expect(await tag(`repo=x@${digest}`)).toBe('400 cannot import digest reference');
  expect(await tag('repo=x&tag=a%20b')).toBe('400 invalid tag format');
  expect(await tag('repo=X')).toBe('400 invalid reference format: repository name (library/X) must be lowercase');
  expect(await tag('repo=x:1&tag=2')).toContain('201');
  expect(await listed({ reference: ['x'] })).toEqual(['x:2']);
  expect(await refused('POST', `/commit?container=first&repo=x@${digest}`)).toBe('400 cannot import digest reference');
  expect(await refused('POST', '/images/create?fromSrc=-&repo=x&tag=/')).toBe('400 invalid tag format');
});
