import type { Ctx } from '../../context.ts';
import { DEFAULT_CONTEXT } from '../../contexts/store.ts';
import { type Failure, failed } from '../../failure.ts';
import { goMarshal } from '../../gojson.ts';
import { CONTEXT } from '../../gotypes/context.ts';
import { type Found, inspectAll } from '../../inspector.ts';
import { ANY, command, flag } from '../../spec.ts';
import { INSPECT_FORMAT_HELP } from '../format.ts';

/** What stands for the place of something without files. */
const IN_MEMORY = '<IN MEMORY>';

async function found(ctx: Ctx, name: string): Promise<Found | Failure> {
  const meta = ctx.contexts.get(name);
  if (failed(meta)) return meta;
  const tls = Object.entries(ctx.contexts.tls(name)).map(([endpoint, files]) => [endpoint, Object.keys(files).sort()]);
  const at = name === DEFAULT_CONTEXT ? { meta: IN_MEMORY, tls: IN_MEMORY } : ctx.contexts.store.paths(name);
  const raw = goMarshal({
    ...meta,
    TLSMaterial: Object.fromEntries(tls),
    Storage: { MetadataPath: at.meta, TLSPath: at.tls },
  });
  return { raw, type: CONTEXT, typedOnly: true };
}

/** `docker context inspect`; without names the one in use. @see docker/cli cli/command/context/inspect.go */
export const contextInspect = command({
  path: ['context', 'inspect'],
  use: '[OPTIONS] [CONTEXT] [CONTEXT...]',
  short: 'Show everything about contexts',
  args: ANY,
  flags: [flag('format', 'string', INSPECT_FORMAT_HELP, { short: 'f' })],
  run: (ctx, o, args) =>
    inspectAll(ctx, args.length > 0 ? args : [ctx.contexts.current], o.string('format'), (name) => found(ctx, name)),
});
