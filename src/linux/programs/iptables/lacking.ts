/**
 * Matches and targets that iptables knows and this kernel is built without: their options are read, and the kernel
 * refuses the rule. A number behind an option: how many words it takes.
 * @see iptables extensions/libxt_*.c, libipt_*.c, libip6t_*.c; iptables/nft.c: nft_compatible_revision
 */

type Options = Readonly<Record<string, number>>;

/** `one two=0`: an option takes one word unless it is told. */
function options(text: string): Options {
  return Object.fromEntries(
    text
      .split(' ')
      .filter((w) => w !== '')
      .map((w) => {
        const [name = '', n = '1'] = w.split('=');
        return [name, Number(n)];
      }),
  );
}

const MATCHES: Readonly<Record<string, string>> = {
  ah: 'ahspi ahlen ahres=0',
  bpf: 'bytecode object-pinned',
  cgroup: 'path cgroup',
  cluster: 'cluster-total-nodes cluster-local-node cluster-local-nodemask cluster-hash-seed',
  cpu: 'cpu',
  devgroup: 'src-group dst-group',
  dst: 'dst-len dst-opts',
  esp: 'espspi',
  eui64: '',
  frag: 'fragid fraglen fragres=0 fragfirst=0 fragmore=0 fraglast=0',
  hbh: 'hbh-len hbh-opts',
  ipcomp: 'ipcompspi compres=0',
  ipv6header: 'header soft=0',
  mh: 'mh-type',
  nfacct: 'nfacct-name',
  osf: 'genre ttl log',
  rateest:
    'rateest-delta=0 rateest-lt=0 rateest-gt=0 rateest-eq=0 rateest rateest1 rateest2 rateest-bps1 rateest-bps2 rateest-pps1 rateest-pps2',
  realm: 'realm',
  rt: 'rt-type rt-segsleft rt-len rt-0-res=0 rt-0-addrs rt-0-not-strict=0',
};

const TARGETS: Readonly<Record<string, string>> = {
  CONNSECMARK: 'save=0 restore=0',
  ECN: 'ecn-tcp-remove=0',
  HMARK:
    'hmark-tuple hmark-mod hmark-offset hmark-src-prefix hmark-dst-prefix hmark-sport-mask hmark-dport-mask hmark-rnd hmark-proto-mask',
  IDLETIMER: 'timeout label alarm=0',
  LED: 'led-trigger-id led-delay led-always-blink=0',
  RATEEST: 'rateest-name rateest-interval rateest-ewmalog',
  SECMARK: 'selctx',
  SET: 'add-set=2 del-set=2 map-set=2 timeout exist=0 map-mark=0 map-prio=0 map-queue=0',
  SYNPROXY: 'sack-perm=0 timestamp=0 wscale mss ecn=0',
  TCPOPTSTRIP: 'strip-options',
};

const table = (of: Readonly<Record<string, string>>): ReadonlyMap<string, Options> =>
  new Map(Object.entries(of).map(([name, text]) => [name, options(text)]));

export const LACKING_MATCHES = table(MATCHES);
export const LACKING_TARGETS = table(TARGETS);

/** What is said of one that the kernel has not. */
export const lackingText = (name: string): string =>
  `Warning: Extension ${name} revision 0 not supported, missing kernel module?\n`;
