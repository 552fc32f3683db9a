/** What the engine was told on its command line and in /etc/docker/daemon.json. @see moby daemon/config/config.go */
/** Directives with a meaning here, by their names; those not set have dockerd's defaults. */
export interface Config {
  readonly debug: boolean;
  /** Where it listens; its usual socket when there are none. */
  readonly hosts: readonly string[];
  readonly tls?: boolean;
  readonly tlsverify?: boolean;
  readonly tlscert: string;
  readonly tlskey: string;
  readonly 'allow-direct-routing'?: boolean;
  readonly icc: boolean;
  readonly 'ip-forward': boolean;
  readonly 'ip-forward-no-drop': boolean;
  readonly 'ip-masq': boolean;
  readonly iptables: boolean;
  readonly ip6tables: boolean;
  readonly ipv6: boolean;
  readonly 'live-restore': boolean;
  readonly 'userland-proxy': boolean;
  /** Bytes; 0: the default. */
  readonly mtu: number;
  /** `none`: no docker0. */
  readonly bridge: string;
  readonly bip: string;
  readonly bip6: string;
  readonly 'fixed-cidr': string;
  readonly 'fixed-cidr-v6': string;
  readonly 'default-gateway': string;
  readonly 'default-gateway-v6': string;
  readonly ip: string;
  readonly 'firewall-backend': string;
  readonly 'log-driver': string;
  readonly 'log-opts': Readonly<Record<string, string>>;
  readonly labels: readonly string[];
  readonly dns: readonly string[];
  readonly 'dns-search': readonly string[];
  readonly 'dns-opts': readonly string[];
  readonly 'insecure-registries': readonly string[];
  readonly 'registry-mirrors': readonly string[];
  readonly 'default-address-pools': readonly { readonly base?: string; readonly size?: number }[];
  /** By resource. */
  readonly 'default-ulimits': Readonly<
    Record<string, { readonly Name?: string; readonly Soft: number; readonly Hard: number }>
  >;
  /** What `host-gateway` stands for; the default bridge's own addresses when there are none. */
  readonly 'host-gateway-ip': string;
  readonly 'host-gateway-ips': readonly string[];
  /** By driver. */
  readonly 'default-network-opts': Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** With no file. */
export const DEFAULTS: Config = {
  debug: false,
  hosts: ['fd://'],
  tlscert: '/root/.docker/cert.pem',
  tlskey: '/root/.docker/key.pem',
  icc: true,
  'ip-forward': true,
  'ip-forward-no-drop': false,
  'ip-masq': true,
  iptables: true,
  ip6tables: true,
  ipv6: false,
  'live-restore': false,
  'userland-proxy': true,
  mtu: 0,
  bridge: '',
  bip: '',
  bip6: '',
  'fixed-cidr': '',
  'fixed-cidr-v6': '',
  'default-gateway': '',
  'default-gateway-v6': '',
  ip: '0.0.0.0',
  'firewall-backend': '',
  'log-driver': 'json-file',
  'log-opts': {},
  labels: [],
  dns: [],
  'dns-search': [],
  'dns-opts': [],
  'insecure-registries': [],
  'registry-mirrors': [],
  'default-address-pools': [],
  'default-ulimits': {},
  'host-gateway-ip': '',
  'host-gateway-ips': [],
  'default-network-opts': {},
};

/** What the engine's unit has on its command line. */
export const UNIT_FLAGS: Readonly<Record<string, unknown>> = { hosts: ['fd://'] };

/** Addresses that `host-gateway` is told to stand for. */
export function hostGateways(c: Config): readonly string[] {
  const old = c['host-gateway-ip'];
  return old === '' ? c['host-gateway-ips'] : [...c['host-gateway-ips'], old];
}
