/** Options of targets, and those that take no word. @see iptables(8), iptables-extensions(8) */

export const TARGET_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  DNAT: ['to-destination', 'random', 'persistent'],
  SNAT: ['to-source', 'random', 'random-fully', 'persistent'],
  MASQUERADE: ['to-ports', 'random', 'random-fully'],
  REDIRECT: ['to-ports', 'random'],
  REJECT: ['reject-with'],
  MARK: ['set-mark', 'set-xmark', 'and-mark', 'or-mark', 'xor-mark'],
  CONNMARK: [
    'set-mark',
    'set-xmark',
    'and-mark',
    'or-mark',
    'xor-mark',
    'save-mark',
    'restore-mark',
    'mask',
    'nfmask',
    'ctmask',
  ],
  TOS: ['set-tos', 'and-tos', 'or-tos', 'xor-tos'],
  DSCP: ['set-dscp', 'set-dscp-class'],
  TTL: ['ttl-set', 'ttl-inc', 'ttl-dec'],
  TCPMSS: ['clamp-mss-to-pmtu', 'set-mss'],
  NFLOG: ['nflog-prefix', 'nflog-group'],
  LOG: ['log-prefix', 'log-level', 'log-tcp-sequence', 'log-tcp-options', 'log-ip-options', 'log-uid', 'log-macdecode'],
  CT: ['notrack'],
};

export const BARE: readonly string[] = [
  'random',
  'random-fully',
  'persistent',
  'notrack',
  'save-mark',
  'restore-mark',
  'clamp-mss-to-pmtu',
  'log-tcp-sequence',
  'log-tcp-options',
  'log-ip-options',
  'log-uid',
  'log-macdecode',
];
