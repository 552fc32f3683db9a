/** Archives over the API: files of containers, images saved and loaded, builds. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { collect, text, utf8 } from '../../../src/base/http.ts';
import { jsonFault } from '../../../src/base/jsonfault.ts';
import { readTar, type TarEntry, writeTar } from '../../../src/base/tar.ts';
import { DetachScanner, parseDetachKeys } from '../../../src/docker/engine/detach.ts';
import { makeRig, type Rig } from '../rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await makeRig();
});

const entry = (name: string, content: string, more: Partial<TarEntry> = {}): TarEntry => ({
  name,
  kind: 'file',
  mode: 0o640,
  uid: 7,
  gid: 8,
  mtime: 1_795_000_000_000_000_000n,
  target: '',
  bytes: utf8(content),
  ...more,
});
const pack = (...entries: TarEntry[]): Uint8Array => Buffer.concat([...writeTar(entries)]);

async function ask(
  method: string,
  path: string,
  body: Uint8Array = new Uint8Array(0),
): Promise<{ status: number; headers: Readonly<Record<string, string>>; bytes: Uint8Array }> {
  const [p = '', query = ''] = path.split('?');
  const request = { method, path: p, query: new URLSearchParams(query), headers: {}, body };
  const answer = await rig.run(rig.dockerd.service.handle(request));
  return { status: answer.status, headers: answer.headers, bytes: await rig.run(collect(answer.body)) };
}
const files = (bytes: Uint8Array): TarEntry[] => {
  const entries = readTar(bytes);
  if (typeof entries === 'string') throw new Error(entries);
  return entries;
};
const lines = (bytes: Uint8Array): { stream?: string; error?: string }[] =>
  text(bytes)
    .split('\r\n')
    .filter((l) => l !== '')
    .map((l) => JSON.parse(l) as { stream?: string; error?: string });

describe('files of a container', () => {
  it('go in and come out with owner, mode and time; HEAD tells of them', async () => {
    await rig.api('POST', '/containers/create?name=files', { Image: 'busybox', Cmd: ['true'] });
    const sent = pack(entry('dir/', '', { kind: 'dir', mode: 0o755 }), entry('dir/a', 'hello'));
    expect((await ask('PUT', '/containers/files/archive?path=/tmp', sent)).status).toBe(200);
    const got = await ask('GET', '/containers/files/archive?path=/tmp/dir');
    expect(got.headers['content-type']).toBe('application/x-tar');
    const back = files(got.bytes);
    expect(back.map((e) => e.name)).toEqual(['dir/', 'dir/a']);
    expect(back[1]).toMatchObject({ mode: 0o640, uid: 7, gid: 8, mtime: 1_795_000_000_000_000_000n });
    expect(text(back[1]?.bytes as Uint8Array)).toBe('hello');
    const head = await ask('HEAD', '/containers/files/archive?path=/tmp/dir/a');
    const stat = Buffer.from(head.headers['x-docker-container-path-stat'] as string, 'base64').toString();
    expect(JSON.parse(stat)).toMatchObject({ name: 'a', size: 5, mode: 0o640, linkTarget: '' });
    const changes = (await rig.api('GET', '/containers/files/changes')).body;
    expect(changes).toContainEqual({ Path: '/tmp/dir/a', Kind: 1 });
  });

  it('that are not there, or no directories, are refused', async () => {
    expect((await rig.api('GET', '/containers/files/archive?path=/nope')).body.message).toBe(
      'Could not find the file /nope in container files',
    );
    const put = await ask('PUT', '/containers/files/archive?path=/tmp/dir/a', pack());
    expect([put.status, text(put.bytes)]).toEqual([400, '{"message":"extraction point is not a directory"}\n']);
    const no = await ask('PUT', '/containers/files/archive?path=/tmp&noOverwriteDirNonDir=1', pack(entry('dir', 'x')));
    expect([no.status, text(no.bytes)]).toEqual([500, expect.stringContaining('cannot overwrite directory')]);
    expect((await ask('PUT', '/containers/files/archive?path=/tmp', utf8('junk'.repeat(300)))).status).toBe(500);
  });

  it('are exported', async () => {
    const names = files((await ask('GET', '/containers/files/export')).bytes).map((e) => e.name);
    expect(names).toEqual(expect.arrayContaining(['bin/busybox', 'tmp/dir/a']));
  });
});

describe('images', () => {
  it('that are saved and removed are the same when they are loaded', async () => {
    await rig.api('POST', '/commit?container=files&repo=kept&tag=one&changes=ENV%20A%3Db');
    const before = (await rig.api('GET', '/images/kept:one/json')).body;
    const saved = await ask('GET', '/images/get?names=kept:one');
    expect(files(saved.bytes).map((e) => e.name)).toEqual(
      expect.arrayContaining(['manifest.json', 'index.json', 'oci-layout', 'repositories']),
    );
    await rig.api('DELETE', '/images/kept:one');
    const loaded = await ask('POST', '/images/load?quiet=1', saved.bytes);
    expect(lines(loaded.bytes)).toEqual([{ stream: 'Loaded image: kept:one\n' }]);
    const after = (await rig.api('GET', '/images/kept:one/json')).body;
    expect([after.Id, after.Config.Env, after.RootFS]).toEqual([before.Id, before.Config.Env, before.RootFS]);
    await rig.api('POST', '/containers/create?name=again', { Image: 'kept:one', Cmd: ['true'] });
    const got = files((await ask('GET', '/containers/again/archive?path=/tmp/dir/a')).bytes);
    expect(text(got[0]?.bytes as Uint8Array)).toBe('hello');
  });

  it('in an archive are what their digests say, layers and config', async () => {
    await rig.api('POST', '/commit?container=files&repo=whole&tag=one&changes=ENV%20A%3Db');
    for (const name of ['busybox', 'whole:one']) {
      const entries = files((await ask('GET', `/images/${name}/get`)).bytes);
      for (const e of entries.filter((x) => x.kind === 'file' && x.name.startsWith('blobs/')))
        expect(createHash('sha256').update(e.bytes).digest('hex')).toBe(e.name.slice(13));
      const json = (file: string): unknown =>
        JSON.parse(text(entries.find((e) => e.name === file)?.bytes as Uint8Array));
      const [manifest] = json('manifest.json') as { Config: string; Layers: string[] }[];
      const config = json(manifest?.Config ?? '') as {
        rootfs: { diff_ids: string[] };
        history: { empty_layer?: boolean }[];
      };
      expect(config.rootfs.diff_ids).toEqual(manifest?.Layers.map((l) => l.replace('blobs/sha256/', 'sha256:')));
      expect(config.history.filter((h) => !h.empty_layer)).toHaveLength(config.rootfs.diff_ids.length);
      expect((await rig.api('GET', `/images/${name}/json`)).body.Id).toBe(`sha256:${manifest?.Config.slice(13)}`);
    }
  });

  it('that are not what they say are not loaded', async () => {
    await ask('POST', '/images/create?fromSrc=-&repo=imp', pack(entry('a', 'whole'.repeat(99))));
    const saved = files((await ask('GET', '/images/imp/get')).bytes);
    await rig.api('DELETE', '/images/imp');
    const spoilt = saved.map((e) => ({ ...e, bytes: utf8(text(e.bytes).replace('whole', 'spoil')) }));
    const load = async (bytes: Uint8Array): Promise<unknown> => lines((await ask('POST', '/images/load', bytes)).bytes);
    expect(JSON.stringify(await load(pack(...spoilt)))).toContain('invalid diffID for layer 0: expected');
    expect(await load(pack(...saved))).toEqual([{ stream: 'Loaded image: imp:latest\n' }]);
    expect(await load(utf8('abc'))).toEqual([{ errorDetail: { message: 'unexpected EOF' }, error: 'unexpected EOF' }]);
  });

  it('are read when bzip2 or xz has packed them: imports, contexts, what ADD takes', async () => {
    const packed = {
      bzip2:
        'QlpoOTFBWSZTWTKI8ysAAHH7hMmAAERAAGWAAADvCN4AAACACCAAVDSJtTRkxBjKPUElMpoNGQA0FfuJO6EG8QEjKd5THC0pBJAwQGqzOktXIP12dV0OjeFtfKYSwUNGSsYZjIiA/F3JFOFCQMojzKw=',
      xz: '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4Cf/AF9dADMAM1AYaImDAdzibkdnUCbaMYkclpBPWVwqyA2vshrqXeB6UvwBMMS0jKw38DCvh+fWORlRzjVA0WWTx7caqvYbAh+u/qMUoThzXj4Um3ecCHa7+58pwjRypuVbYM4AAADs5/KqsCvVOgABe4BQAAAA75Zb2LHEZ/sCAAAAAARZWg==',
    };
    for (const [name, base64] of Object.entries(packed)) {
      const archive = Uint8Array.from(Buffer.from(base64, 'base64'));
      expect((await ask('POST', `/images/create?fromSrc=-&repo=${name}`, archive)).status).toBe(200);
      const dockerfile = entry('Dockerfile', 'FROM busybox\nADD any /d/\n');
      const context = pack(dockerfile, { ...entry('any', ''), bytes: archive });
      await ask('POST', `/build?t=added${name}`, context);
      await rig.api('POST', `/containers/create?name=in${name}`, { Image: `added${name}` });
      const [found] = files((await ask('GET', `/containers/in${name}/archive?path=/d/f`)).bytes);
      expect(text(found?.bytes as Uint8Array)).toBe('packed');
    }
  });

  it('are built from a Dockerfile, the second time from the cache', async () => {
    const dockerfile =
      'ARG base=busybox\nFROM $base AS one\nWORKDIR /w\nCOPY a b/ ./\nFROM one\nENV X="1 2"\nCMD ["cat", "a"]\n';
    const context = pack(entry('Dockerfile', dockerfile), entry('a', 'A'), entry('b/c', 'C'));
    const first = lines((await ask('POST', '/build?t=made', context)).bytes).map((l) => l.stream ?? '');
    expect(first[0]).toBe('Step 1/7 : ARG base=busybox');
    expect(first.join('')).toMatch(/Successfully built [0-9a-f]{12}\nSuccessfully tagged made:latest\n$/);
    const second = lines((await ask('POST', '/build?t=made', context)).bytes).map((l) => l.stream ?? '');
    expect(second.filter((l) => l === ' ---> Using cache\n')).toHaveLength(4);
    const { Config } = (await rig.api('GET', '/images/made/json')).body;
    expect([Config.Env, Config.Cmd, Config.WorkingDir]).toEqual([['X=1 2'], ['cat', 'a'], '/w']);
    await rig.api('POST', '/containers/create?name=built', { Image: 'made' });
    const names = files((await ask('GET', '/containers/built/archive?path=/w')).bytes).map((e) => e.name);
    expect(names).toEqual(['w/', 'w/a', 'w/c']);
  });

  it('are built with what the request gives their steps', async () => {
    const dockerfile = 'FROM busybox\nCOPY . /all\n';
    const ignored = pack(
      entry('Dockerfile', dockerfile),
      entry('.dockerignore', 'Dockerfile\n.dockerignore\n'),
      entry('a', 'A'),
    );
    const all = text((await ask('POST', '/build?t=ign', ignored)).bytes);
    expect(all).toContain('Successfully tagged ign:latest');
    await rig.api('POST', '/containers/create?name=ign', { Image: 'ign' });
    const names = files((await ask('GET', '/containers/ign/archive?path=/all')).bytes).map((e) => e.name);
    expect(names).toEqual(['all/', 'all/a']);
    expect((await ask('POST', '/build?platform=foobar', ignored)).status).toBe(400);
    const cached = async (from: string): Promise<boolean> =>
      text((await ask('POST', `/build?cachefrom=${from}`, ignored)).bytes).includes('Using cache');
    expect([await cached('["ign"]'), await cached('["other"]')]).toEqual([true, false]);
  });

  it('that cannot be built say why', async () => {
    const build = async (dockerfile: string): Promise<string> =>
      text((await ask('POST', '/build', pack(entry('Dockerfile', dockerfile)))).bytes);
    expect(await build('FOO x')).toContain('dockerfile parse error on line 1: unknown instruction: FOO');
    expect(await build('')).toContain('the Dockerfile (Dockerfile) cannot be empty');
    expect(await build('FROM busybox\nCOPY x /y')).toContain('file not found in build context');
    expect((await ask('POST', '/build?version=2')).status).toBe(501);
  });
});

describe('words', () => {
  it('detach keys are found across pieces, and what only begins like them is passed on', () => {
    const scanner = new DetachScanner(parseDetachKeys('ctrl-p,ctrl-q') as number[]);
    expect(scanner.scan(Uint8Array.of(65, 16))).toEqual({ pass: Uint8Array.of(65), detached: false });
    expect(scanner.scan(Uint8Array.of(66))).toEqual({ pass: Uint8Array.of(16, 66), detached: false });
    expect(scanner.scan(Uint8Array.of(16)).detached).toBe(false);
    expect(scanner.scan(Uint8Array.of(17, 67)).detached).toBe(true);
    expect(['ctrl-', 'ctrl-A', 'foo', 'a,,b'].map(parseDetachKeys)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(parseDetachKeys('DEL,ctrl-[')).toEqual([127, 27]);
  });

  it('JSON is faulted where it is wrong', () => {
    expect(jsonFault('{"a":[1,2.5e3,null,true,"\\u00e4"]}')).toBeUndefined();
    expect(jsonFault('{"a":1,}')).toBe("invalid character '}' looking for beginning of object key string");
    expect(jsonFault('[1 2]')).toBe("invalid character '2' after array element");
    expect(jsonFault('{"a":tru}')).toBe("invalid character '}' in literal true (expecting 'e')");
    expect(jsonFault('"a')).toBe('unexpected EOF');
  });
});
