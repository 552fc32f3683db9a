/**
 * `docker buildx inspect`.
 * Limits: no garbage is collected in builders, so that they have no policies of it; `host-gateway-ip` is the default bridge's.
 * @see docker/buildx commands/inspect.go, moby builder/builder-next/controller.go: getLabels
 */
import { tabwrite } from '../../../../base/tabwriter.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { timeString } from '../../formatter/time.ts';
import { between, command, flag } from '../../spec.ts';
import { BUILDKIT, type Builder, findBuilder, lastActivity, type Node, PLATFORMS } from './builders.ts';
import { boot, statusOf } from './manage.ts';

/** What the engine's BuildKit is labelled with: where `host-gateway` leads. */
async function labels(ctx: Ctx): Promise<string> {
  const bridge = await ctx.client.get<{ IPAM: { Config: { Gateway?: string }[] | null } }>('/networks/bridge');
  const gateways = failed(bridge) ? [] : (bridge.IPAM.Config ?? []).flatMap((c) => c.Gateway ?? []);
  return gateways.length === 0
    ? ''
    : `Labels:\n\torg.mobyproject.buildkit.worker.moby.host-gateway-ip:\t${gateways.join(',')}\n`;
}

async function node(ctx: Ctx, b: Builder, n: Node): Promise<string> {
  let out = `Name:\t${n.Name}\nEndpoint:\t${n.Endpoint}\n`;
  const opts = Object.entries(n.DriverOpts ?? {}).map(([k, v]) => `${k}=${JSON.stringify(v)}`);
  if (opts.length > 0) out += `Driver Options:\t${opts.join(' ')}\n`;
  if (b.Driver === 'docker') {
    const reached = await ctx.client.get('/version');
    if (failed(reached)) return `${out}Error:\t${reached.message}\n`;
  }
  out += `Status:\t${statusOf(b)}\n`;
  if (n.Flags?.length) out += `BuildKit daemon flags:\t${n.Flags.join(' ')}\n`;
  if (b.Driver === 'docker')
    return `${out}BuildKit version:\t${BUILDKIT}\nPlatforms:\t${PLATFORMS.join(', ')}\n${await labels(ctx)}`;
  return n.Platforms?.length ? `${out}Platforms:\t${n.Platforms.map((p) => `${p}*`).join(', ')}\n` : out;
}

/** `docker buildx inspect` */
export const inspect = command({
  path: ['buildx', 'inspect'],
  buildx: true,
  aliases: ['buildx inspect'],
  use: '[NAME]',
  short: 'Show a builder',
  args: between(0, 1),
  flags: [flag('bootstrap', 'bool', 'Start it first'), flag('builder', 'string', 'Builder that is meant')],
  run: async (ctx, o, args) => {
    const name = args[0] ?? o.string('builder');
    const b = findBuilder(ctx, name);
    if (!b) return new Failure(`ERROR: no builder ${JSON.stringify(name)} found`);
    if (o.bool('bootstrap') && b.Driver !== 'docker') {
      const booted = await boot(ctx);
      if (failed(booted)) return booted;
    }
    const last = lastActivity(ctx, b);
    const activity = last === undefined ? '' : `Last Activity:\t${timeString(last)}\n`;
    const nodes: string[] = [];
    for (const n of b.Nodes) nodes.push(await node(ctx, b, n));
    const out = `Name:\t${b.Name}\nDriver:\t${b.Driver}\n${activity}\nNodes:\n${nodes.join('\n')}`;
    await ctx.out(tabwrite(out, { minWidth: 0, tabWidth: 0, padding: 1, padChar: ' ' }));
    return 0;
  },
});
