/**
 * `ip netconf`: what of forwarding and filtering the kernel tells of each device, from the same sysctls.
 * As the real one it prints text with -json, too. Limits: no MPLS.
 * @see iproute2 ip/ipnetconf.c
 */
import { isErr } from '../../kernel/errno.ts';
import { IpError, matches } from './args.ts';
import type { IpEnv } from './env.ts';

const FILTER = ['off', 'strict', 'loose'];

/** A sysctl of a device; 0 for one that is not there. */
function value(env: IpEnv, v: 4 | 6, dev: string, key: string): number {
  const text = env.ctx.sys.readFile(`/proc/sys/net/ipv${v}/conf/${dev}/${key}`);
  return isErr(text) ? 0 : Number(new TextDecoder().decode(text)) || 0;
}

/** `ip netconf [show] [dev NAME]` */
export async function ipNetconf(env: IpEnv): Promise<number> {
  const rest = env.words.rest();
  const verb = rest.shift();
  if (verb !== undefined) {
    if (!['show', 'list', 'lst'].some((n) => matches(verb, n)))
      throw new IpError(`Command "${verb}" is unknown, try "ip netconf help".`, 255);
  }
  const at = rest.indexOf('dev');
  const only = at < 0 ? undefined : (rest[at + 1] ?? '');
  if (only !== undefined && !['all', 'default'].includes(only) && !env.net.link(only))
    throw new IpError(`Device "${only}" does not exist.`, 1);
  const names = only !== undefined ? [only] : [...env.net.links().map((l) => l.name), 'all', 'default'];
  const rows = ([4, 6] as const)
    .filter((v) => env.family === 0 || env.family === v)
    .flatMap((v) =>
      names.map((dev) => ({
        family: v === 4 ? 'inet' : 'inet6',
        interface: dev,
        forwarding: value(env, v, dev, 'forwarding') > 0,
        ...(v === 4 ? { rp_filter: FILTER[value(env, 4, dev, 'rp_filter')] ?? 'off' } : {}),
        mc_forwarding: value(env, v, dev, 'mc_forwarding') > 0,
        proxy_neigh: value(env, v, dev, v === 4 ? 'proxy_arp' : 'proxy_ndp') > 0,
        ignore_routes_with_linkdown: value(env, v, dev, 'ignore_routes_with_linkdown') > 0,
      })),
    );
  const word = (x: unknown): string => (typeof x === 'boolean' ? (x ? 'on' : 'off') : String(x));
  const line = ({ family, interface: dev, ...keys }: (typeof rows)[number]): string =>
    `${family} ${dev} ${Object.entries(keys)
      .map(([k, x]) => `${k} ${word(x)} `)
      .join('')}\n`;
  await env.ctx.out(rows.map(line).join(''));
  return 0;
}
