/** `--secret` and `--config` of services. @see docker/cli opts/swarmopts/{secret,config}.go, cli/command/service/parse.go */
import type { ConfigReference, FileTarget, Payload, SecretReference } from '../../../api/swarm.ts';
import { filterQuery } from '../../client.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { parseUint } from '../../flags/gostrconv.ts';
import { type FlagSpec, flag } from '../../spec.ts';

type Kind = 'secret' | 'config';
type Wanted = { readonly name: string; readonly File: FileTarget };

const PLAIN = { UID: '0', GID: '0', Mode: 0o444 };

/** `NAME`, or `source=NAME,target=FILE,uid=UID,gid=GID,mode=MODE`. */
function parse(kind: Kind, text: string): Wanted | { readonly error: string } {
  const fields = text.split(',');
  if (fields.length === 1 && !text.includes('=')) return { name: text, File: { Name: text, ...PLAIN } };
  let name = '';
  const File: FileTarget = { Name: '', ...PLAIN };
  for (const field of fields) {
    const [key = '', ...rest] = field.split('=');
    const value = rest.join('=');
    if (rest.length === 0 || key === '') return { error: `invalid field '${field}' must be a key=value pair` };
    const word = key.toLowerCase();
    if (word === 'source' || word === 'src') name = value;
    else if (word === 'target') File.Name = value;
    else if (word === 'uid') File.UID = value;
    else if (word === 'gid') File.GID = value;
    else if (word === 'mode') {
      const mode = parseUint(value, 0, 32);
      if ('error' in mode) return { error: `invalid mode specified: ${mode.error}` };
      File.Mode = mode.value;
    } else return { error: `invalid field in ${kind} request: ${key}` };
  }
  if (name === '') return { error: 'source is required' };
  return { name, File: { ...File, Name: File.Name || name } };
}

/** @param name as it is called for create (`secret`) or update (`secret-add`) */
export const payloadFlag = (kind: Kind, name: string, help: string): FlagSpec =>
  flag(name, kind, help, {
    check: (text) => {
      const parsed = parse(kind, text);
      return 'error' in parsed ? parsed : { value: text };
    },
  });

async function resolve(
  ctx: Ctx,
  kind: Kind,
  texts: readonly string[],
): Promise<{ id: string; wanted: Wanted }[] | Failure> {
  const wanted = texts.map((t) => parse(kind, t)).filter((w): w is Wanted => !('error' in w));
  const twice = wanted.find((w, i) => wanted.slice(0, i).some((other) => other.File.Name === w.File.Name));
  if (twice) return new Failure(`duplicate ${kind} target for ${twice.name} not allowed`);
  if (wanted.length === 0) return [];
  const filters = filterQuery(wanted.map((w) => `name=${w.name}`));
  const there = await ctx.client.get<Payload[]>(`/${kind}s`, { filters });
  if (failed(there)) return there;
  const out: { id: string; wanted: Wanted }[] = [];
  for (const w of wanted) {
    const found = there.find((p) => p.Spec.Name === w.name);
    if (!found) return new Failure(`${kind} not found: ${w.name}`);
    out.push({ id: found.ID, wanted: w });
  }
  return out;
}

export interface References {
  readonly Secrets?: SecretReference[];
  readonly Configs?: ConfigReference[];
}

/** @param asked texts of the flags */
export async function references(
  ctx: Ctx,
  asked: { readonly secrets: readonly string[]; readonly configs: readonly string[] },
): Promise<References | Failure> {
  const secrets = await resolve(ctx, 'secret', asked.secrets);
  if (failed(secrets)) return secrets;
  const configs = await resolve(ctx, 'config', asked.configs);
  if (failed(configs)) return configs;
  return {
    ...(secrets.length > 0
      ? { Secrets: secrets.map(({ id, wanted: { name, File } }) => ({ File, SecretID: id, SecretName: name })) }
      : {}),
    ...(configs.length > 0
      ? { Configs: configs.map(({ id, wanted: { name, File } }) => ({ File, ConfigID: id, ConfigName: name })) }
      : {}),
  };
}
