/**
 * `docker manifest`: what a registry has under a name, and lists of such manifests that are made here.
 * Limits: the daemon asks the registry, the real command does so itself.
 * @see docker/cli cli/command/manifest, cli/manifest/store/store.go
 */
import { base64 } from '../../../base/base64.ts';
import { text, utf8 } from '../../../base/http.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Ctx } from '../context.ts';
import { Failure, failed } from '../failure.ts';
import { fullName, fullString, parseReference, type Reference, tagged } from '../reference.ts';
import { atLeast, between, type CommandSpec, command, exactly, flag } from '../spec.ts';

interface Platform {
  architecture: string;
  os: string;
  'os.version'?: string;
  'os.features'?: string[];
  variant?: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform: Platform;
}

/** One image of a list, as it lies in `~/.docker/manifests`. */
interface ImageManifest {
  readonly Ref: string;
  readonly Descriptor: Descriptor;
  readonly Raw: string;
  readonly SchemaV2Manifest: unknown;
}

interface Distribution {
  readonly Descriptor: Omit<Descriptor, 'platform'>;
  readonly Platforms: readonly { readonly architecture: string; readonly os: string }[];
  readonly Manifest: string;
}

const insecure = flag('insecure', 'bool', 'Talk to the registry without TLS');
const LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';

function parsed(name: string): { readonly ref: Reference; readonly full: string } | Failure {
  const ref = parseReference(name);
  if ('error' in ref) return new Failure(ref.error);
  const full = tagged(ref.value);
  return { ref: full, full: fullString(full) };
}

const safe = (ref: string): string => ref.replaceAll(':', '-').replaceAll('/', '_');
const dirOf = (ctx: Ctx, list: string): string => `${ctx.contexts.config.dir}/manifests/${safe(list)}`;

function readList(ctx: Ctx, list: string): ImageManifest[] | undefined {
  const names = ctx.sys.readdir(dirOf(ctx, list));
  if (isErr(names)) return undefined;
  const found = names.map((e) => e.name).filter((n) => n !== '.' && n !== '..');
  return found.sort().flatMap((n) => {
    const bytes = ctx.sys.readFile(`${dirOf(ctx, list)}/${n}`);
    return isErr(bytes) ? [] : [JSON.parse(text(bytes)) as ImageManifest];
  });
}

function save(ctx: Ctx, list: string, m: ImageManifest): void {
  const parts = dirOf(ctx, list).split('/');
  for (let n = 2; n <= parts.length; n++) {
    const at = parts.slice(0, n).join('/');
    if (isErr(ctx.sys.stat(at))) ctx.sys.mkdir(at, 0o755);
  }
  ctx.sys.writeFile(`${dirOf(ctx, list)}/${safe(m.Ref)}`, utf8(JSON.stringify(m)), 0o644);
}

function removeList(ctx: Ctx, list: string): void {
  const dir = dirOf(ctx, list);
  const names = ctx.sys.readdir(dir);
  if (!isErr(names)) for (const { name } of names) if (name !== '.' && name !== '..') ctx.sys.unlink(`${dir}/${name}`);
  ctx.sys.rmdir(dir);
}

const unreachable = (message: string): string =>
  message.startsWith('Get "') ? `failed to configure transport: error pinging v2 registry: ${message}` : message;

/** A manifest in its registry. */
async function remote(ctx: Ctx, name: string, full: string): Promise<ImageManifest | Failure> {
  const got = await ctx.client.get<Distribution>(`/distribution/${name}/json`, { manifest: '1' });
  if (failed(got))
    return /denied|manifest unknown/.test(got.message)
      ? new Failure(`no such manifest: ${full}`)
      : new Failure(unreachable(got.message.replace(/^Error response from daemon: /, '')));
  const { architecture = 'amd64', os = 'linux' } = got.Platforms[0] ?? {};
  return {
    Ref: full,
    Descriptor: { ...got.Descriptor, platform: { architecture, os } },
    Raw: base64(utf8(got.Manifest)),
    SchemaV2Manifest: JSON.parse(got.Manifest),
  };
}

/** A local one, or the registry's. */
async function find(ctx: Ctx, list: string, name: string, full: string): Promise<ImageManifest | Failure> {
  const local = list === '' ? undefined : readList(ctx, list)?.find((m) => m.Ref === full);
  return local ?? remote(ctx, name, full);
}

const listJson = (all: readonly ImageManifest[]): unknown => ({
  schemaVersion: 2,
  mediaType: LIST,
  manifests: all.map(({ Descriptor: { mediaType, size, digest, platform } }) => ({
    mediaType,
    size,
    digest,
    platform,
  })),
});

const inspect = command({
  path: ['manifest', 'inspect'],
  use: '[OPTIONS] [MANIFEST_LIST] MANIFEST',
  short: 'Show a manifest or a list of them',
  args: between(1, 2),
  flags: [insecure, flag('verbose', 'bool', 'With layers and platform', { short: 'v' })],
  run: async (ctx, o, args) => {
    const name = args.at(-1) as string;
    const at = parsed(name);
    if (failed(at)) return at;
    const list = args.length === 2 ? parsed(args[0] as string) : undefined;
    if (list && failed(list)) return list;
    const print = async (value: unknown, indent: string | number): Promise<number> => {
      await ctx.out(`${JSON.stringify(value, undefined, indent)}\n`);
      return 0;
    };
    if (!list) {
      const all = readList(ctx, at.full);
      if (all && all.length > 0) return o.bool('verbose') ? print(all, '\t') : print(listJson(all), 3);
    }
    const found = await find(ctx, list?.full ?? '', name, at.full);
    if (failed(found)) return found;
    return o.bool('verbose') ? print(found, '\t') : print(found.SchemaV2Manifest, '\t');
  },
});

const create = command({
  path: ['manifest', 'create'],
  use: 'MANIFEST_LIST MANIFEST [MANIFEST...]',
  short: 'Make a local manifest list',
  args: atLeast(2),
  flags: [flag('amend', 'bool', 'Change a list that is there', { short: 'a' }), insecure],
  run: async (ctx, o, args) => {
    const list = parseReference(args[0] as string);
    if ('error' in list) return new Failure(`error parsing name for manifest list ${args[0]}: ${list.error}`);
    const target = parsed(args[0] as string);
    if (failed(target)) return target;
    const old = readList(ctx, target.full);
    if (old && old.length > 0 && !o.bool('amend'))
      return new Failure('refusing to amend an existing manifest list with no --amend flag');
    for (const name of args.slice(1)) {
      const at = parsed(name);
      if (failed(at)) return at;
      const found = await find(ctx, target.full, name, at.full);
      if (failed(found)) return found;
      save(ctx, target.full, found);
    }
    await ctx.out(`Created manifest list ${target.full}\n`);
    return 0;
  },
});

/** Systems and architectures that go together. @see docker/cli cli/command/manifest/util.go: validOSArches */
const KNOWN: Readonly<Record<string, string>> = {
  darwin: '386 amd64 arm arm64',
  dragonfly: 'amd64',
  freebsd: '386 amd64 arm',
  linux: '386 amd64 arm arm64 ppc64le mips64 mips64le riscv64 s390x',
  netbsd: '386 amd64 arm',
  openbsd: '386 amd64 arm',
  plan9: '386 amd64',
  solaris: 'amd64',
  windows: '386 amd64',
};

const annotate = command({
  path: ['manifest', 'annotate'],
  use: '[OPTIONS] MANIFEST_LIST MANIFEST',
  short: 'Add what a local manifest list says of an image',
  args: exactly(2),
  flags: [
    flag('arch', 'string', 'Architecture'),
    flag('os', 'string', 'Operating system'),
    flag('os-features', 'strings', 'Features of the operating system'),
    flag('os-version', 'string', 'Version of the operating system'),
    flag('variant', 'string', 'Variant of the architecture'),
  ],
  run: async (ctx, o, [listName = '', name = '']) => {
    const list = parsed(listName);
    if (failed(list)) return new Failure(`annotate: error parsing name for manifest list ${listName}: ${list.message}`);
    const at = parsed(name);
    if (failed(at)) return new Failure(`annotate: error parsing name for manifest ${name}: ${at.message}`);
    const found = readList(ctx, list.full)?.find((m) => m.Ref === at.full);
    if (!found) return new Failure(`manifest for image ${at.full} does not exist in ${list.full}`);
    const platform: Platform = { ...found.Descriptor.platform };
    if (o.string('os') !== '') platform.os = o.string('os');
    if (o.string('arch') !== '') platform.architecture = o.string('arch');
    if (o.list('os-features').length > 0)
      platform['os.features'] = [...new Set([...(platform['os.features'] ?? []), ...o.list('os-features')])];
    if (o.string('variant') !== '') platform.variant = o.string('variant');
    if (o.string('os-version') !== '') platform['os.version'] = o.string('os-version');
    if (!KNOWN[platform.os]?.split(' ').includes(platform.architecture))
      return new Failure(
        `manifest entry for image has unsupported os/arch combination: ${platform.os}/${platform.architecture}`,
      );
    save(ctx, list.full, { ...found, Descriptor: { ...found.Descriptor, platform } });
    return 0;
  },
});

const push = command({
  path: ['manifest', 'push'],
  use: '[OPTIONS] MANIFEST_LIST',
  short: 'Send a manifest list to a registry',
  args: exactly(1),
  flags: [insecure, flag('purge', 'bool', 'Remove the local list afterwards', { short: 'p' })],
  run: async (ctx, _o, [name = '']) => {
    const list = parsed(name);
    if (failed(list)) return list;
    const all = readList(ctx, list.full);
    if (!all) return new Failure(`No such manifest: ${list.full}`);
    if (all.length === 0) return new Failure(`${list.full} not found`);
    // the registry takes nothing from whom it does not know
    const reached = await remote(ctx, fullName(list.ref), list.full);
    if (failed(reached) && !reached.message.startsWith('no such manifest')) return reached;
    return new Failure(
      'errors:\ndenied: requested access to the resource is denied\nunauthorized: authentication required\n',
    );
  },
});

const rm = command({
  path: ['manifest', 'rm'],
  use: 'MANIFEST_LIST [MANIFEST_LIST...]',
  short: 'Remove local manifest lists',
  args: atLeast(1),
  flags: [],
  run: async (ctx, _o, args) => {
    const wrong: string[] = [];
    for (const name of args) {
      const list = parsed(name);
      if (failed(list)) return list;
      if (readList(ctx, list.full)) removeList(ctx, list.full);
      else wrong.push(`No such manifest: ${list.full}`);
    }
    return wrong.length > 0 ? new Failure(wrong.join('\n')) : 0;
  },
});

/** `docker manifest …`. */
export const manifestCommands: readonly CommandSpec[] = [annotate, create, inspect, push, rm];
