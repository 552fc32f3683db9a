/** `docker buildx imagetools`. @see docker/buildx commands/imagetools, util/imagetools */
import { tabwrite } from '../../../../base/tabwriter.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { fullName, parseReference, tagged } from '../../reference.ts';
import { ANY, command, exactly, flag } from '../../spec.ts';

interface Distribution {
  readonly Descriptor: { readonly mediaType: string; readonly digest: string; readonly size: number };
}

/** `docker.io/library/alpine:latest` */
function shown(name: string): string | Failure {
  const ref = parseReference(name);
  if ('error' in ref) return new Failure(`ERROR: ${ref.error}`);
  const full = tagged(ref.value);
  return `${fullName(full)}${full.tag === '' ? '' : `:${full.tag}`}${full.digest === '' ? '' : `@${full.digest}`}`;
}

/** What the registry says of a name, in the words of buildx's own client. */
async function resolve(ctx: Ctx, name: string): Promise<Distribution | Failure> {
  const full = shown(name);
  if (failed(full)) return full;
  const got = await ctx.client.get<Distribution>(`/distribution/${name}/json`);
  if (!failed(got)) return got;
  if (/manifest unknown/.test(got.message)) return new Failure(`ERROR: ${full}: not found`);
  if (/denied/.test(got.message))
    return new Failure(
      'ERROR: failed to resolve reference "' +
        `${full}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
    );
  return new Failure(`ERROR: ${got.message.replace(/^Error response from daemon: /, '')}`);
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
    flag('format', 'string', 'How to print it', { default: '{{.Manifest}}' }),
    flag('raw', 'bool', 'Print the manifest as it is'),
  ],
  run: async (ctx, o, args) => {
    const name = args[0] as string;
    const got = await resolve(ctx, name);
    if (failed(got)) return got;
    const { mediaType, digest, size } = got.Descriptor;
    const format = o.string('format');
    if (format === '{{json .Manifest}}' || format === '{{ json .Manifest }}') {
      await ctx.out(`${JSON.stringify({ mediaType, digest, size }, undefined, 2)}\n`);
      return 0;
    }
    if (o.bool('raw') || format !== '{{.Manifest}}')
      return new Failure('ERROR: this laboratory keeps no manifests of registries, only their digests');
    const out = `Name:\t${shown(name) as string}\nMediaType:\t${mediaType}\nDigest:\t${digest}\n`;
    await ctx.out(tabwrite(out, { minWidth: 0, tabWidth: 0, padding: 1, padChar: ' ' }));
    return 0;
  },
});

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
    const found: Distribution[] = [];
    for (const name of args) {
      const got = await resolve(ctx, name);
      if (failed(got)) return got;
      found.push(got);
    }
    if (o.bool('dry-run')) {
      const manifests = found.map((d) => d.Descriptor);
      const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests };
      await ctx.out(`${JSON.stringify(index, undefined, 2)}\n`);
      return 0;
    }
    return new Failure('ERROR: failed to authorize: server message: insufficient_scope: authorization failed');
  },
});

export const IMAGETOOLS_COMMANDS = [create, inspect];
