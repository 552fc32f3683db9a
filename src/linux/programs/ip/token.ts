/**
 * `ip token`: the host part that a device puts behind prefixes heard from routers.
 * Limits: none can be set, so all devices have the empty one.
 * @see iproute2 ip/iptoken.c
 */
import { IpError, matches } from './args.ts';
import { type IpEnv, printJson } from './env.ts';
import { linkFlags } from './linkfmt.ts';
import { deviceArg } from './show.ts';

const NONE = '::';

/** `ip token [list] [dev NAME]`; loopbacks and devices without neighbours have no token. */
export async function ipToken(env: IpEnv): Promise<number> {
  const [verb, ...rest] = env.words.rest();
  if (verb !== undefined && !['list', 'lst', 'show'].some((name) => matches(verb, name)))
    throw new IpError('RTNETLINK answers: Operation not supported', 2);
  const at = rest.indexOf('dev');
  const name = at < 0 ? undefined : rest[at + 1];
  const links = (name === undefined ? env.net.links() : [deviceArg(env, name)]).filter((l) => {
    const flags = linkFlags(l, false);
    return !flags.includes('LOOPBACK') && !flags.includes('NOARP');
  });
  const entries = links.map((l) => ({ token: NONE, ifname: l.name }));
  if (!env.json) await env.ctx.out(links.map((l) => `token ${NONE} dev ${l.name}\n`).join(''));
  else if (entries.length === 0) await env.ctx.out('[ ]\n');
  else await printJson(env, entries);
  return 0;
}
