/** Offloads of devices by kind, as `ethtool -k` lists them. @see Linux net/ethtool/common.c: netdev_features_strings */

/** Names in the order of ethtool; `>` are those that make up the one before. */
const NAMES =
  'rx-checksumming tx-checksumming >tx-checksum-ipv4 >tx-checksum-ip-generic >tx-checksum-ipv6 >tx-checksum-fcoe-crc >tx-checksum-sctp scatter-gather >tx-scatter-gather >tx-scatter-gather-fraglist tcp-segmentation-offload >tx-tcp-segmentation >tx-tcp-ecn-segmentation >tx-tcp-mangleid-segmentation >tx-tcp6-segmentation >tx-tcp-accecn-segmentation generic-segmentation-offload generic-receive-offload large-receive-offload rx-vlan-offload tx-vlan-offload ntuple-filters receive-hashing highdma rx-vlan-filter vlan-challenged tx-gso-robust tx-fcoe-segmentation tx-gre-segmentation tx-gre-csum-segmentation tx-ipxip4-segmentation tx-ipxip6-segmentation tx-udp_tnl-segmentation tx-udp_tnl-csum-segmentation tx-gso-partial tx-tunnel-remcsum-segmentation tx-sctp-segmentation tx-esp-segmentation tx-udp-segmentation tx-gso-list tx-nocache-copy loopback rx-fcs rx-all tx-vlan-stag-hw-insert rx-vlan-stag-hw-parse rx-vlan-stag-filter l2-fwd-offload hw-tc-offload esp-hw-offload esp-tx-csum-hw-offload rx-udp_tunnel-port-offload tls-hw-tx-offload tls-hw-rx-offload rx-gro-hw tls-hw-record rx-gro-list macsec-hw-offload rx-udp-gro-forwarding hsr-tag-ins-offload hsr-tag-rm-offload hsr-fwd-offload hsr-dup-offload'.split(
    ' ',
  );

/** One letter a name: + on, - off, P on [fixed], f off [fixed], r off [requested on]. */
const STATES: Readonly<Record<string, string>> = {
  bridge: 'f+f+fff+++++++++++ff+ff+ffrr++++++++++++-fff+fffffffffff-f-ffff',
  veth: '++f+ff+++++++++++-f++ff+ffff++++++ff+f++-fff++ffffffffff-f-ffff',
  loopback: 'P+fPffP+PP++++++++fffffPfPffffffffff+f++fPffffffffffffff-f-ffff',
};

const WORDS: Readonly<Record<string, string>> = {
  '+': 'on',
  '-': 'off',
  P: 'on [fixed]',
  f: 'off [fixed]',
  r: 'off [requested on]',
};

/** What follows `Features for NAME:`; undefined for kinds whose offloads are not known. */
export function featuresText(kind: string): string | undefined {
  const states = STATES[kind];
  if (states === undefined) return undefined;
  return NAMES.map((n, i) => `${n.replace('>', '\t')}: ${WORDS[states[i] as string]}\n`).join('');
}
