/**
 * `docker buildx imagetools`.
 * Limits: the daemon asks the registry; templates see no config of the image; registries take nothing from whom they do not know.
 * @see docker/buildx commands/imagetools, util/imagetools
 */
import { jsonFault } from '../../../../base/jsonfault.ts';
import { tabwrite } from '../../../../base/tabwriter.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { fullString, parseReference, tagged } from '../../reference.ts';
import { ANY, command, exactly, flag } from '../../spec.ts';
import { execTemplate } from '../../template/exec.ts';
import { FUNCTION_NAMES, FUNCTIONS } from '../../template/funcs.ts';
import { parseTemplate } from '../../template/parse.ts';
import { goJson } from '../../template/print.ts';
import { decode, goFunc, INT64, named, STRING, str, struct } from '../../template/value.ts';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: unknown;
}

interface Distribution {
  readonly Descriptor: Descriptor;
  readonly Platforms: readonly unknown[];
  /** The manifest itself, whose digest is the descriptor's. */
  readonly Manifest: string;
}

const COLUMNS = { minWidth: 0, tabWidth: 0, padding: 1, padChar: ' ' } as const;

/** `docker.io/library/alpine:latest` */
function shown(name: string): string | Failure {
  const ref = parseReference(name);
  return 'error' in ref ? new Failure(`ERROR: ${ref.error}`) : fullString(tagged(ref.value));
}

/** What the registry says of a name, in the words of buildx's own client. */
async function resolve(ctx: Ctx, name: string): Promise<Distribution | Failure> {
  const full = shown(name);
  if (failed(full)) return full;
  const got = await ctx.client.get<Distribution>(`/distribution/${name}/json`, { manifest: '1' });
  if (!failed(got)) return got;
  if (/manifest unknown/.test(got.message)) return new Failure(`ERROR: ${full}: not found`);
  if (/denied/.test(got.message))
    return new Failure(
      'ERROR: failed to resolve reference "' +
        `${full}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
    );
  return new Failure(`ERROR: ${got.message.replace(/^Error response from daemon: /, '')}`);
}

/** What a template sees. */
const INSPECTED = struct(
  'imagetools.tplInput',
  ['Name', STRING, 'name', true],
  [
    'Manifest',
    struct(
      'v1.Descriptor',
      ['MediaType', STRING, 'mediaType'],
      ['Digest', named('digest.Digest'), 'digest'],
      ['Size', INT64, 'size'],
    ),
    'manifest',
  ],
);

/** JSON is indented here. */
const TEMPLATE_FUNCTIONS = {
  ...FUNCTIONS,
  json: goFunc(1, 1, ['any'], (v) => str(JSON.stringify(JSON.parse(goJson(v)), undefined, 2))),
};

function inFormat(format: string, name: string, { Descriptor }: Distribution): string | Failure {
  const template = parseTemplate('', format, FUNCTION_NAMES);
  if (typeof template === 'string') return new Failure(`ERROR: ${template}`);
  const { mediaType, digest, size } = Descriptor;
  const value = decode({ Name: name, Manifest: { MediaType: mediaType, Digest: digest, Size: size } }, INSPECTED);
  const done = execTemplate(template, value, { functions: TEMPLATE_FUNCTIONS });
  return done.error ? new Failure(`ERROR: ${done.error}`) : done.text;
}

const inspect = command({
  path: ['buildx', 'imagetools', 'inspect'],
  buildx: true,
  aliases: ['buildx imagetools inspect'],
  use: '[OPTIONS] NAME',
  short: 'Show what a registry has under a name',
  args: exactly(1),
  flags: [
    flag('builder', 'string', 'Builder that is meant'),
    flag('format', 'string', 'How to print it'),
    flag('raw', 'bool', 'Print the manifest as it is'),
  ],
  run: async (ctx, o, args) => {
    const name = args[0] as string;
    const format = o.string('format');
    if (format !== '' && o.bool('raw')) return new Failure('ERROR: format and raw cannot be used together');
    const got = await resolve(ctx, name);
    if (failed(got)) return got;
    let out = got.Manifest;
    if (!o.bool('raw')) {
      const { mediaType, digest } = got.Descriptor;
      const plain = `Name:\t${shown(name)}\nMediaType:\t${mediaType}\nDigest:\t${digest}\n`;
      const isPlain = format === '' || format.startsWith('{{.Manifest');
      const made = isPlain ? tabwrite(plain, COLUMNS) : inFormat(format, name, got);
      if (failed(made)) return made;
      out = made;
    }
    await ctx.out(out);
    return 0;
  },
});

const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/** Of a source: a name, or the descriptor as JSON. @see commands/imagetools/create.go: parseSource */
async function descriptorOf(ctx: Ctx, source: string): Promise<Descriptor | Failure> {
  if (source.trim().startsWith('{')) {
    const fault = jsonFault(source, true);
    return fault === undefined ? (JSON.parse(source) as Descriptor) : new Failure(`ERROR: ${fault}`);
  }
  const got = await resolve(ctx, source.trim());
  if (failed(got)) return got;
  const [platform] = got.Platforms;
  return { ...got.Descriptor, ...(platform ? { platform } : {}) };
}

const create = command({
  path: ['buildx', 'imagetools', 'create'],
  buildx: true,
  aliases: ['buildx imagetools create'],
  use: '[OPTIONS] [SOURCE...]',
  short: 'Make a name of a registry mean other images',
  args: ANY,
  flags: [
    flag('append', 'bool', 'Keep what the name means already'),
    flag('builder', 'string', 'Builder that is meant'),
    flag('dry-run', 'bool', 'Show it only'),
    flag('file', 'stringArray', 'Read a source from a file', { short: 'f' }),
    flag('prefer-index', 'bool', 'Make an index of a single manifest too', { default: 'true' }),
    flag('tag', 'stringArray', 'Name that it gets', { short: 't' }),
  ],
  run: async (ctx, o, args) => {
    if (args.length === 0 && o.list('file').length === 0) return new Failure('ERROR: no sources specified');
    if (!o.bool('dry-run') && o.list('tag').length === 0)
      return new Failure("ERROR: can't push with no tags specified, please set --tag or --dry-run");
    const found = new Map<string, Descriptor>();
    for (const source of [...o.list('file').map((f) => ctx.file(f)), ...args.map((text) => ({ text }))]) {
      if ('error' in source) return new Failure(`ERROR: ${source.error}`);
      const d = await descriptorOf(ctx, source.text);
      if (failed(d)) return d;
      found.set(d.digest, d);
    }
    if (o.bool('dry-run')) {
      const manifests = [...found.values()];
      const isDocker = manifests.every((d) => d.mediaType.startsWith('application/vnd.docker.'));
      const index = { schemaVersion: 2, mediaType: isDocker ? DOCKER_LIST : OCI_INDEX, manifests };
      await ctx.out(`${JSON.stringify(index, undefined, 2)}\n`);
      return 0;
    }
    return new Failure('ERROR: failed to authorize: server message: insufficient_scope: authorization failed');
  },
});

/** `docker buildx imagetools …` */
export const IMAGETOOLS_COMMANDS = [create, inspect];
