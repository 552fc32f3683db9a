/**
 * What /sys tells of a bridge and of its ports: `bridge`, `brif`, `brport`.
 * @see Linux net/bridge/br_sysfs_br.c, br_sysfs_if.c
 */
import type { Errno } from '../errno.ts';
import type { Link, PortFlags } from '../netadmin.ts';
import type { Inode } from './inode.ts';
import { SynthDir, SynthLink } from './synth.ts';
import { type Device, deviceFile } from './sysnet.ts';

/** Settings that a bridge has from the start, and that nothing here changes. */
const FIXED: Readonly<Record<string, string | number>> = {
  forward_delay: 1500,
  gc_timer: 0,
  group_addr: '01:80:c2:00:00:00',
  hash_elasticity: 16,
  hash_max: 4096,
  hello_time: 200,
  hello_timer: 0,
  max_age: 2000,
  multicast_igmp_version: 2,
  multicast_last_member_count: 2,
  multicast_last_member_interval: 100,
  multicast_membership_interval: 26000,
  multicast_mld_version: 1,
  multicast_querier: 0,
  multicast_querier_interval: 25500,
  multicast_query_interval: 12500,
  multicast_query_response_interval: 1000,
  multicast_query_use_ifaddr: 0,
  multicast_router: 1,
  multicast_snooping: 1,
  multicast_startup_query_count: 2,
  multicast_startup_query_interval: 3124,
  multicast_stats_enabled: 0,
  nf_call_arptables: 0,
  nf_call_ip6tables: 0,
  nf_call_iptables: 0,
  no_linklocal_learn: 0,
  priority: 32768,
  root_path_cost: 0,
  root_port: 0,
  stp_state: 0,
  tcn_timer: 0,
  topology_change: 0,
  topology_change_detected: 0,
  topology_change_timer: 0,
  vlan_filtering: 0,
};
const PORT_FIXED: Readonly<Record<string, string | number>> = {
  bpdu_guard: 0,
  change_ack: 0,
  config_pending: 0,
  designated_cost: 0,
  forward_delay_timer: 0,
  group_fwd_mask: '0x0',
  hold_timer: 0,
  message_age_timer: 0,
  multicast_fast_leave: 0,
  multicast_router: 1,
  multicast_to_unicast: 0,
  neigh_suppress: 0,
  path_cost: 2,
  priority: 32,
  proxyarp: 0,
  proxyarp_wifi: 0,
  root_block: 0,
};
/** Files of a port by what they switch. */
const SWITCHES: Readonly<Record<string, keyof PortFlags>> = {
  broadcast_flood: 'bcastFlood',
  hairpin_mode: 'hairpin',
  isolated: 'isolated',
  learning: 'learning',
  multicast_flood: 'mcastFlood',
  unicast_flood: 'flood',
};

/** Priority and MAC of a bridge, without colons. */
const idOf = (l: Link | undefined): string => `8000.${(l?.bridge?.id ?? l?.mac ?? 0).toString(16).padStart(12, '0')}`;

const sorted = (files: Readonly<Record<string, Inode>>): Readonly<Record<string, Inode>> =>
  Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));

const constants = (d: Device, of: Readonly<Record<string, string | number>>): Record<string, Inode> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, deviceFile(d, () => value)]));

/** Ports of a bridge, oldest first. */
const ports = ({ net, get }: Device): Link[] => {
  const own = get();
  return own ? net.links().filter((l) => l.master === own.ifindex) : [];
};

/** The directories of a bridge. */
export function bridgeDir(d: Device): { bridge: Inode; brif: Inode } {
  const bridge = new SynthDir(() =>
    sorted({
      ...constants(d, FIXED),
      ageing_time: deviceFile(
        d,
        (l) => l.bridge?.ageingTime ?? 30000,
        (ageingTime, l) => d.net.setLink(l.name, { bridge: { ageingTime } }),
      ),
      bridge_id: deviceFile(d, idOf),
      root_id: deviceFile(d, idOf),
      group_fwd_mask: deviceFile(
        d,
        (l) => `0x${(l.bridge?.groupFwdMask ?? 0).toString(16)}`,
        (groupFwdMask, l) => d.net.setLink(l.name, { bridge: { groupFwdMask } }),
      ),
    }),
  );
  const brif = new SynthDir(
    () => ({}),
    (name) => (ports(d).some((l) => l.name === name) ? new SynthLink(() => `../../${name}/brport`) : undefined),
    () =>
      ports(d)
        .map((l) => l.name)
        .sort(),
  );
  return { bridge, brif };
}

/** The directory of a port. */
export function bridgePort(d: Device): Inode {
  const master = (): Link | undefined => {
    const index = d.get()?.master;
    return index === undefined ? undefined : d.net.link(index);
  };
  const number = (l: Link): number => {
    const all = d.net.links().filter((x) => x.master === l.master);
    return all.findIndex((x) => x.ifindex === l.ifindex) + 1;
  };
  const switched = (flag: keyof PortFlags): Inode =>
    deviceFile(
      d,
      (l) => (l.port?.[flag] ? 1 : 0),
      (n, l): Errno | 0 => d.net.setLink(l.name, { port: { [flag]: n !== 0 } }),
    );
  return new SynthDir(() =>
    sorted({
      ...constants(d, PORT_FIXED),
      ...Object.fromEntries(Object.entries(SWITCHES).map(([name, flag]) => [name, switched(flag)])),
      bridge: new SynthLink(() => `../../${master()?.name ?? ''}`),
      designated_bridge: deviceFile(d, () => idOf(master())),
      designated_port: deviceFile(d, (l) => 0x8000 + number(l)),
      designated_root: deviceFile(d, () => idOf(master())),
      port_id: deviceFile(d, (l) => `0x${(0x8000 + number(l)).toString(16)}`),
      port_no: deviceFile(d, (l) => `0x${number(l).toString(16)}`),
      state: deviceFile(d, (l) => (l.up && l.carrier ? 3 : 0)),
    }),
  );
}
