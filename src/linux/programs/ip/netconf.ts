/**
 * `ip netconf`: what of forwarding and filtering the kernel tells of each device, from the same sysctls.
 * Limits: no MPLS.
 * @see iproute2 ip/ipnetconf.c
 */
import { isErr } from '../../kernel/errno.ts';
import { IpError, Words } from './args.ts';
import { type IpEnv, printJson } from './env.ts';
import { subcommand } from './show.ts';

const FILTER = ['off', 'strict', 'loose'];

/** A sysctl of a device; 0 for one that is not there. */
function value(env: IpEnv, v: 4 | 6, dev: string, key: string): number {
  const text = env.ctx.sys.readFile(`/proc/sys/net/ipv${v}/conf/${dev}/${key}`);
  return isErr(text) ? 0 : Number(new TextDecoder().decode(text)) || 0;
}

/** The device that `dev` names, if one does; other words are passed over, as by the real one. */
function only(env: IpEnv): string | undefined {
  let dev: string | undefined;
  for (const words = new Words(env.words.rest()); !words.done; ) if (words.take() === 'dev') dev = words.need();
  if (dev !== undefined && !env.net.link(dev)) throw new IpError(`Device "${dev}" does not exist.`, 1);
  return dev;
}

/** `ip netconf [show] [dev NAME]` */
export async function ipNetconf(env: IpEnv): Promise<number> {
  if (subcommand(env, 'netconf', ['show', 'lst', 'list', 'help'], 'show') === 'help')
    throw new IpError('Usage: ip netconf show [ dev STRING ]', 255);
  const dev = only(env);
  const names = dev !== undefined ? [dev] : [...env.net.links().map((l) => l.name), 'all', 'default'];
  const rows = ([4, 6] as const)
    .filter((v) => env.family === 0 || env.family === v)
    .flatMap((v) =>
      names.map((name) => ({
        family: v === 4 ? 'inet' : 'inet6',
        interface: name,
        forwarding: value(env, v, name, 'forwarding') > 0,
        ...(v === 4 ? { rp_filter: FILTER[value(env, 4, name, 'rp_filter')] ?? 'off' } : {}),
        mc_forwarding: value(env, v, name, 'mc_forwarding') > 0,
        proxy_neigh: value(env, v, name, v === 4 ? 'proxy_arp' : 'proxy_ndp') > 0,
        ignore_routes_with_linkdown: value(env, v, name, 'ignore_routes_with_linkdown') > 0,
      })),
    );
  // one device of one family is asked for by itself, and the answer to that is always text
  if (env.json && !(dev !== undefined && env.family !== 0)) await printJson(env, rows);
  else await env.ctx.out(rows.map(line).join(''));
  return 0;
}

function line({ family, interface: dev, ...keys }: Record<string, string | boolean>): string {
  const word = (x: string | boolean): string => (typeof x === 'boolean' ? (x ? 'on' : 'off') : x);
  return `${family} ${dev} ${Object.entries(keys)
    .map(([k, x]) => `${k} ${word(x)} `)
    .join('')}\n`;
}
