/**
 * `ip maddr`: multicast groups and the Ethernet addresses they are heard by.
 * Limits: static link-layer addresses cannot be added.
 * @see iproute2 ip/ipmaddr.c
 */
import { formatIp, formatMac } from '../../../base/ip.ts';
import { linkGroups } from '../../kernel/linkgroups.ts';
import type { Link } from '../../kernel/netadmin.ts';
import { garbage } from './args.ts';
import { type IpEnv, printJson } from './env.ts';
import { deviceArg, subcommand } from './show.ts';

const USAGE = `Usage: ip maddr [ add | del ] MULTIADDR dev STRING
       ip maddr show [ dev STRING ]
`;

interface Row {
  readonly kind: 'link' | 'inet' | 'inet6';
  readonly text: string;
  readonly users: number;
}

/** `ip maddr` */
export async function ipMaddr(env: IpEnv): Promise<number> {
  const verb = subcommand(env, 'maddr', ['list', 'lst', 'show', 'help'], 'show');
  if (verb === 'help') {
    await env.ctx.err(USAGE);
    return 255;
  }
  let dev: string | undefined;
  for (let word = env.words.take(); word !== undefined; word = env.words.take()) {
    if (word === 'dev') word = env.words.need();
    if (dev !== undefined) throw garbage('dev', word);
    dev = word;
  }
  const links = dev === undefined ? env.net.links() : [deviceArg(env, dev)];
  const shown = links.map((l) => ({ link: l, rows: rows(env, l) })).filter(({ rows: r }) => r.length > 0);
  if (env.json)
    await printJson(
      env,
      shown.map(({ link, rows: r }) => ({
        ifindex: link.ifindex,
        ifname: link.name,
        maddr: r.map((x) => ({
          ...(x.kind === 'link' ? { link: x.text } : { family: x.kind, address: x.text }),
          ...(x.users !== 1 && { users: x.users }),
        })),
      })),
    );
  else {
    const line = (x: Row): string => `\t${x.kind.padEnd(5)} ${x.text}${x.users === 1 ? '' : ` users ${x.users}`}`;
    const sep = env.oneline ? '\\' : '\n';
    await env.ctx.out(
      shown.map(({ link, rows: r }) => `${[`${link.ifindex}:\t${link.name}`, ...r.map(line)].join(sep)}\n`).join(''),
    );
  }
  return 0;
}

function rows(env: IpEnv, link: Link): Row[] {
  const groups = env.net.groups().filter((g) => g.ifindex === link.ifindex);
  const macs = env.family === 0 ? [...linkGroups(env.net, link)] : [];
  return [
    ...macs.map(([mac, users]): Row => ({ kind: 'link', text: formatMac(mac), users })),
    ...groups
      .filter((g) => env.family === 0 || env.family === g.ip.v)
      .map((g): Row => ({ kind: g.ip.v === 4 ? 'inet' : 'inet6', text: formatIp(g.ip), users: g.users })),
  ];
}
