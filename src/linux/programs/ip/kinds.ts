/**
 * What follows `type KIND` of `ip link add` and `ip link set`.
 * Limits: options of a kind that Linux has and the kernel here does not model are refused as unknown, except those of
 * bridges, which take a value that is left alone.
 * @see iproute2 ip/iplink_vxlan.c, iplink_macvlan.c, iplink_ipvlan.c, iplink_vlan.c, iplink_bridge.c, iplink_bridge_slave.c
 */
import type { IpAddr } from '../../../base/ip.ts';
import type {
  BridgeSettings,
  MacvlanMode,
  NetAdmin,
  PortFlags,
  UpperSettings,
  VxlanSettings,
} from '../../kernel/netadmin.ts';
import { addressArg, IpError, matches, number, type Words, wrong } from './args.ts';
import type { IpEnv } from './env.ts';
import { deviceArg } from './show.ts';

/** What was read. */
export interface KindArgs {
  readonly vxlan?: VxlanSettings;
  readonly upper?: UpperSettings;
  /** For `set`, and for what is set after the device was made. */
  readonly change: Parameters<NetAdmin['setLink']>[1];
  /** Printed although nothing is wrong. */
  readonly warning?: string;
}

/** Equivalent: parse_on_off() */
export function onOff(name: string, value: string): boolean {
  if (value !== 'on' && value !== 'off')
    throw new IpError(`Error: argument of "${name}" must be one of "on" or "off", not "${value}"`, 255);
  return value === 'on';
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const VXLAN_FLAGS: Readonly<Record<string, 'learning' | 'proxy' | 'l2miss' | 'l3miss' | 'udpcsum'>> = {
  learning: 'learning',
  proxy: 'proxy',
  l2miss: 'l2miss',
  l3miss: 'l3miss',
  udpcsum: 'udpcsum',
};
/** Flags of IPv6 and route short circuit, which change nothing here when they are off. */
const IDLE_FLAGS = ['norsc', 'noudp6zerocsumtx', 'noudp6zerocsumrx', 'noremcsumtx', 'noremcsumrx', 'localbypass'];
const VXLAN_USAGE = `Usage: ... vxlan id VNI
		[ { group | remote } IP_ADDRESS ]
		[ local ADDR ]
		[ ttl TTL ]
		[ tos TOS ]
		[ df DF ]
		[ dev PHYS_DEV ]
		[ dstport PORT ]
		[ srcport MIN MAX ]
		[ [no]learning ]
		[ [no]proxy ]
		[ [no]l2miss ]
		[ [no]l3miss ]
		[ ageing SECONDS ]
		[ maxaddress NUMBER ]
		[ [no]udpcsum ]

Where:	VNI	:= 0-16777215
	ADDR	:= { IP_ADDRESS | any }
	TOS	:= { NUMBER | inherit }
	TTL	:= { 1..255 | auto | inherit }
	DF	:= { unset | set | inherit }`;
const NO_PORT = `vxlan: destination port not specified
Will use Linux kernel default (non-standard value)
Use 'dstport 4789' to get the IANA assigned value
Use 'dstport 0' to get default and quiet this message
`;

function ranged(value: string, message: string, max: number): number {
  const n = Number(value);
  if (value === '' || !Number.isInteger(n) || n < 0 || n > max) throw wrong(message, value);
  return n;
}

function unicast(env: IpEnv, value: string, name: string): IpAddr {
  const ip = addressArg(value, env.family);
  if (ip.v === 4 && ip.value >>> 28 === 14) throw wrong(`invalid ${name} address`, value);
  return ip;
}

/** One option of a VXLAN. @returns false: it is none */
function vxlanOption(env: IpEnv, word: string, w: Words, s: Writable<Partial<VxlanSettings>>): boolean {
  const positive = word.startsWith('no') ? word.slice(2) : word;
  const flag = VXLAN_FLAGS[positive];
  if (flag !== undefined) s[flag] = positive === word;
  else if (matches(word, 'id') || matches(word, 'vni')) s.vni = ranged(w.need(), 'invalid id', 0xffffff);
  else if (matches(word, 'remote')) s.remote = unicast(env, w.need(), 'remote');
  else if (matches(word, 'local')) s.local = unicast(env, w.need(), 'local');
  else if (matches(word, 'dev')) s.dev = deviceArg(env, w.need()).name;
  else if (matches(word, 'ttl') || matches(word, 'hoplimit')) {
    const v = w.need();
    s.ttl = v === 'inherit' ? v : v === 'auto' ? 0 : ranged(v, 'TTL must be <= 255', 255);
  } else if (matches(word, 'tos') || matches(word, 'dsfield')) {
    const v = w.need();
    s.tos = v === 'inherit' ? v : ranged(v, 'bad TOS value', 255);
  } else if (word === 'df') {
    const v = w.need();
    if (v !== 'unset' && v !== 'set' && v !== 'inherit') throw wrong("DF must be 'unset', 'set' or 'inherit'", v);
    s.df = v;
  } else if (matches(word, 'ageing')) {
    const v = w.need();
    s.ageing = v === 'none' ? 0 : ranged(v, 'ageing timer', 0xffffffff);
  } else if (matches(word, 'maxaddress')) {
    const v = w.need();
    s.maxaddress = v === 'unlimited' ? 0 : ranged(v, 'max addresses', 0xffffffff);
  } else if (matches(word, 'srcport') || word === 'port')
    s.srcport = [ranged(w.need(), 'min port', 65535), ranged(w.need(), 'max port', 65535)];
  else if (matches(word, 'dstport')) s.dstport = ranged(w.need(), 'dst port', 65535);
  else return IDLE_FLAGS.includes(word);
  return true;
}

function vxlanArgs(env: IpEnv, w: Words, fresh: boolean): KindArgs {
  const s: Writable<Partial<VxlanSettings>> = {};
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (word === 'help') throw new IpError(VXLAN_USAGE, 255);
    if (matches(word, 'group')) {
      w.need();
      throw s.dev === undefined && !w.rest().includes('dev')
        ? new IpError("vxlan: 'group' requires 'dev' to be specified", 255)
        : new IpError('RTNETLINK answers: Operation not supported', 2);
    }
    if (!vxlanOption(env, word, w, s)) throw new IpError(`vxlan: unknown command "${word}"?\n${VXLAN_USAGE}`, 255);
  }
  if (!fresh) return { change: { vxlan: s } };
  if (s.vni === undefined) throw new IpError('vxlan: missing virtual network identifier', 255);
  const warning = s.dstport === undefined ? NO_PORT : undefined;
  if (s.dstport === 0) s.dstport = undefined;
  return { vxlan: s as VxlanSettings, change: {}, ...(warning !== undefined && { warning }) };
}

const MODES: readonly string[] = ['private', 'vepa', 'bridge', 'passthru'] satisfies MacvlanMode[];

function macvlanArgs(w: Words, fresh: boolean): KindArgs {
  let mode: MacvlanMode | undefined;
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (!matches(word, 'mode'))
      throw new IpError(
        `macvlan: unknown option "${word}"?\nUsage: ... macvlan mode MODE\nMODE: private | vepa | bridge | passthru`,
        255,
      );
    const value = w.need();
    if (!MODES.includes(value))
      throw new IpError(
        `Error: argument of "mode" must be "private", "vepa", "bridge", "passthru" or "source", not "${value}"`,
        255,
      );
    mode = value as MacvlanMode;
  }
  if (fresh) return { upper: { kind: 'macvlan', mode: mode ?? 'vepa' }, change: {} };
  return { change: mode === undefined ? {} : { macvlan: mode } };
}

function ipvlanArgs(w: Words): KindArgs {
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (word === 'bridge') continue;
    if (matches(word, 'mode')) {
      if (w.need() !== 'l2') throw new IpError('RTNETLINK answers: Operation not supported', 2);
    } else
      throw new IpError(
        `ipvlan: unknown option "${word}"?\nUsage: ... ipvlan [ mode MODE ] [ FLAGS ]\n\nMODE: l2\nFLAGS: bridge`,
        255,
      );
  }
  return { upper: { kind: 'ipvlan' }, change: {} };
}

function vlanArgs(w: Words): KindArgs {
  let id: number | undefined;
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (matches(word, 'protocol')) {
      if (w.need().toLowerCase() !== '802.1q') throw new IpError('RTNETLINK answers: Protocol not supported', 2);
    } else if (matches(word, 'id')) id = ranged(w.need(), 'id is invalid', 0xffff);
    else
      throw new IpError(
        `vlan: unknown command "${word}"?\nUsage: ... vlan id VLANID\n                [ protocol VLANPROTO ]`,
        255,
      );
  }
  if (id === undefined) throw new IpError('Error: VLAN id not specified.', 2);
  if (id > 4094) throw new IpError('Error: Invalid VLAN id.', 2);
  return { upper: { kind: 'vlan', id }, change: {} };
}

/** Options of a bridge that are named in iproute2's help; those that are not modelled take their value. */
const BRIDGE_IDLE = [
  'forward_delay',
  'hello_time',
  'max_age',
  'stp_state',
  'priority',
  'vlan_',
  'no_linklocal_learn',
  'mcast_',
  'nf_call_',
  'group_address',
];

function bridgeArgs(w: Words): KindArgs {
  const bridge: Writable<Partial<BridgeSettings>> = {};
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (matches(word, 'ageing_time')) bridge.ageingTime = number(w.need(), 'ageing_time');
    else if (matches(word, 'group_fwd_mask')) bridge.groupFwdMask = ranged(w.need(), 'invalid group_fwd_mask', 0xffff);
    else if (BRIDGE_IDLE.some((name) => word?.startsWith(name))) w.need();
    else
      throw new IpError(
        `bridge: unknown command "${word}"?\nUsage: ... bridge [ ageing_time AGEING_TIME ]\n\t\t  [ group_fwd_mask MASK ]`,
        255,
      );
  }
  return { change: Object.keys(bridge).length > 0 ? { bridge } : {} };
}

/** Names of what a port does. */
export const PORT_WORDS: Readonly<Record<string, keyof PortFlags>> = {
  hairpin: 'hairpin',
  isolated: 'isolated',
  learning: 'learning',
  flood: 'flood',
  mcast_flood: 'mcastFlood',
  bcast_flood: 'bcastFlood',
};

function slaveArgs(w: Words): KindArgs {
  const port: Writable<Partial<PortFlags>> = {};
  for (let word = w.take(); word !== undefined; word = w.take()) {
    const key = PORT_WORDS[word];
    const value = w.need();
    if (key !== undefined) port[key] = onOff(word, value);
  }
  return { change: { port } };
}

/** Reads the options of a kind. @param fresh for `add` */
export function kindArgs(env: IpEnv, kind: string, w: Words, fresh: boolean): KindArgs {
  if (kind === 'vxlan') return vxlanArgs(env, w, fresh);
  if (kind === 'macvlan') return macvlanArgs(w, fresh);
  if (kind === 'ipvlan') return ipvlanArgs(w);
  if (kind === 'vlan') return vlanArgs(w);
  if (kind === 'bridge') return bridgeArgs(w);
  if (kind === 'bridge_slave') return slaveArgs(w);
  if (kind !== 'veth' && kind !== 'dummy') throw new IpError('Error: Unknown device type.', 2);
  return { change: {} };
}
