/**
 * `route`: shows the routing table, adds to it, takes from it.
 * @see net-tools route.c, lib/inet_sr.c; busybox networking/route.c
 */
import type { IpAddr, Prefix } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import { type Context, defineProgram, flag } from '../spec.ts';
import { address, classBits, maskBits, masked } from './address.ts';
import { routes } from './routes.ts';

const USAGE =
  'Usage: inet_route [-vF] del {-host|-net} Target[/prefix] [gw Gw] [metric M] [[dev] If]\n       inet_route [-vF] add {-host|-net} Target[/prefix] [gw Gw] [metric M]\n                              [netmask N] [mss Mss] [window W] [irtt I]\n                              [mod] [dyn] [reinstate] [[dev] If]\n';

/** What follows the target. */
interface Wish {
  bits?: number | undefined;
  via?: IpAddr | undefined;
  dev?: string | undefined;
  metric: number;
  reject: boolean;
}

async function wishOf(ctx: Context, rest: string[]): Promise<Wish> {
  const wish: Wish = { metric: 0, reject: false };
  for (let w = rest.shift(); w !== undefined; w = rest.shift()) {
    if (w === 'netmask') wish.bits = maskBits(rest.shift() ?? '');
    else if (w === 'gw') wish.via = await address(ctx, rest.shift() ?? '');
    else if (w === 'metric') wish.metric = Number(rest.shift());
    else if (w === 'reject') wish.reject = true;
    else if (w === 'mss' || w === 'window' || w === 'irtt') rest.shift();
    else if (w === 'dev') wish.dev = rest.shift();
    else wish.dev = w;
  }
  return wish;
}

/** Where a route leads. @returns the exit code when the target is none */
async function destination(
  ctx: Context,
  target: string,
  kind: string | undefined,
  bits: number | undefined,
): Promise<Prefix | number> {
  const [name = '', length] = target.split('/');
  const ip = await address(ctx, name);
  if (ip?.v !== 4) {
    await ctx.err(`${name}: Unknown host\n`);
    return 1;
  }
  const usual = kind === '-net' ? classBits(ip.value) : 32;
  const n = kind === '-host' ? 32 : (bits ?? (length === undefined ? usual : Number(length)));
  if (kind === '-net' && masked(ip.value, n).value !== ip.value) {
    await ctx.err("route: netmask doesn't match route address\n");
    return 4;
  }
  return { addr: ip, bits: n };
}

/** `route add|del [-net|-host] TARGET [netmask M] [gw G] [metric N] [dev IF]`. @returns the exit code */
async function changeRoute(ctx: Context): Promise<number> {
  const words = ctx.args.filter((a) => a !== '-n' && a !== '-v');
  const [verb, ...rest] = words;
  const kind = rest[0] === '-net' || rest[0] === '-host' ? rest.shift() : undefined;
  const target = rest.shift();
  if ((verb !== 'add' && verb !== 'del') || target === undefined) {
    await ctx.err(USAGE);
    return 4;
  }
  const { bits, via, dev, metric, reject } = await wishOf(ctx, rest);
  const dst = target === 'default' ? undefined : await destination(ctx, target, kind, bits);
  if (typeof dst === 'number') return dst;
  const link = dev === undefined ? undefined : ctx.sys.net.link(dev);
  if (dev !== undefined && !link) {
    await ctx.err(`SIOC${verb === 'add' ? 'ADD' : 'DEL'}RT: No such device\n`);
    return 7;
  }
  const route = {
    family: 4 as const,
    ...(dst ? { dst } : {}),
    ...(via ? { via } : {}),
    ...(link ? { ifindex: link.ifindex } : {}),
    ...(metric > 0 ? { metric } : {}),
    ...(reject ? { type: 'unreachable' as const } : {}),
  };
  const e =
    verb === 'add'
      ? ctx.sys.net.addRoute({ ...route, proto: 'boot', ...(via ? {} : { scope: 'link' as const }) })
      : ctx.sys.net.delRoute(route);
  if (!isErr(e)) return 0;
  const bb = ctx.flavour === 'busybox';
  await ctx.err(`${bb ? 'route: ' : ''}SIOC${verb === 'add' ? 'ADD' : 'DEL'}RT: ${e.text}\n`);
  return bb ? 1 : 7;
}

async function route(ctx: Context): Promise<number> {
  if (ctx.operands.length > 0) return changeRoute(ctx);
  return routes(ctx, ctx.options.has('extend') ? 'mss' : 'metric');
}

/** The `route` command. */
export const spec = defineProgram({
  name: 'route',
  path: '/usr/sbin/route',
  summary: 'Show or change the IP routing table',
  synopsis: ['[-n]', '{add|del} [-net|-host] TARGET [netmask M] [gw G] [metric N] [[dev] INTERFACE]'],
  rewrite: (args) => args.flatMap((a) => (a === '-net' || a === '-host' ? [] : [a])),
  options: [flag('numeric', 'n', 'numbers instead of names'), flag('extend', 'e', 'more')],
  run: route,
});
