/**
 * Objects of `ip` of which this kernel has none: their lists are empty, and the kernel makes no entry.
 * @see iproute2 ip/ip.c: cmds, ip/ipvrf.c: ipvrf_show, ip/tunnel.c: tnl_add_ioctl
 */
import { IpError, matches } from './args.ts';
import type { IpEnv } from './env.ts';

/** Objects without entries, and what a list says all the same. */
const LISTS: Readonly<Record<string, string>> = {
  tunnel: '',
  tuntap: '',
  nexthop: '',
  mroute: '',
  tcp_metrics: '',
  xfrm: '',
  vrf: 'Name              Table\n-----------------------\nNo VRF has been configured\n',
  macsec: '',
  l2tp: '',
};

export const EMPTY_OBJECTS: readonly string[] = Object.keys(LISTS);

const LISTING = ['show', 'list', 'lst'];

/** One of these objects. */
export async function ipEmpty(env: IpEnv, object: string): Promise<number> {
  // `ip xfrm state`, `ip l2tp show tunnel`: what is listed is named beside it
  const words = env.words.rest();
  const verb = object === 'xfrm' ? words[1] : words[0];
  if (verb === undefined || LISTING.some((name) => matches(verb, name))) {
    if (!env.json) await env.ctx.out(LISTS[object] ?? '');
    else await env.ctx.out('[ ]\n');
    return 0;
  }
  if (object === 'tunnel') {
    const name = words.find(
      (_, i) => i > 0 && (words[i - 1] === 'add' || words[i - 1] === 'name' || words[i - 1] === 'del'),
    );
    throw new IpError(`${verb === 'add' ? 'add' : 'delete'} tunnel "${name ?? 'tunl0'}" failed: No such device`, 1);
  }
  if (object === 'tuntap') throw new IpError('open: No such file or directory', 1);
  if (verb === 'flush' || verb === 'count') return 0;
  throw new IpError('RTNETLINK answers: Operation not supported', 2);
}
