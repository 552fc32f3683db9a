/** A configuration as `docker stack config` prints it. @see docker/cli cli/command/stack/config.go */
import type { Ctx } from '../context.ts';
import type { Config } from './load.ts';

/** Strings that YAML 1.1 took for truths: quoted still. */
const OLD_TRUTH = /^(?:y|n|yes|no|on|off)$/i;

export async function emit(ctx: Ctx, config: Config): Promise<string> {
  const { Document, visit } = await ctx.sys.load(() => import('yaml'));
  const { services, networks, volumes, secrets, configs, extras } = config;
  const sections = Object.entries({ services, networks, volumes, secrets, configs });
  const shown = sections.filter(([name, v]) => name === 'services' || Object.keys(v).length > 0);
  const file = { version: '3.13', ...Object.fromEntries(shown), ...extras };
  const doc = new Document(file, { aliasDuplicateObjects: false });
  visit(doc, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && OLD_TRUTH.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return doc.toString({ lineWidth: 0 });
}
