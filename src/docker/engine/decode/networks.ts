/** Structs of networks, volumes and registries. @see moby api/types/{network,volume,registry} */
import { ANY, BOOL, INT, list, map, STRING, STRING_MAP, STRINGS, struct } from './types.ts';

const ENDPOINT = struct('network.EndpointSettings', {
  IPAMConfig: struct('network.EndpointIPAMConfig', { IPv4Address: STRING, IPv6Address: STRING, LinkLocalIPs: STRINGS }),
  Links: STRINGS,
  Aliases: STRINGS,
  MacAddress: STRING,
  DriverOpts: STRING_MAP,
  GwPriority: INT,
  NetworkID: STRING,
  EndpointID: STRING,
  Gateway: STRING,
  IPAddress: STRING,
  IPPrefixLen: INT,
  IPv6Gateway: STRING,
  GlobalIPv6Address: STRING,
  GlobalIPv6PrefixLen: INT,
  DNSNames: STRINGS,
});

/** NetworkingConfig.EndpointsConfig */
export const ENDPOINTS = map(ENDPOINT, 'map[string]*network.EndpointSettings');

const IPAM = struct('network.IPAM', {
  Driver: STRING,
  Options: STRING_MAP,
  Config: list(
    struct('network.IPAMConfig', {
      Subnet: STRING,
      IPRange: STRING,
      Gateway: STRING,
      AuxiliaryAddresses: STRING_MAP,
    }),
  ),
});

/** POST /networks/create */
export const NETWORK_CREATE = struct(
  'network.CreateRequest',
  { Name: STRING, CheckDuplicate: BOOL },
  {
    CreateOptions: {
      Driver: STRING,
      Scope: STRING,
      EnableIPv4: BOOL,
      EnableIPv6: BOOL,
      IPAM,
      Internal: BOOL,
      Attachable: BOOL,
      Ingress: BOOL,
      ConfigOnly: BOOL,
      ConfigFrom: struct('network.ConfigReference', { Network: STRING }),
      Options: STRING_MAP,
      Labels: STRING_MAP,
    },
  },
);

/** POST /networks/{id}/connect */
export const CONNECT = struct('network.ConnectOptions', { Container: STRING, EndpointConfig: ENDPOINT });

/** POST /networks/{id}/disconnect */
export const DISCONNECT = struct('network.DisconnectOptions', { Container: STRING, Force: BOOL });

/** POST /volumes/create */
export const VOLUME_CREATE = struct('volume.CreateOptions', {
  ClusterVolumeSpec: ANY,
  Driver: STRING,
  DriverOpts: STRING_MAP,
  Labels: STRING_MAP,
  Name: STRING,
});

/** POST /auth */
export const AUTH = struct('registry.AuthConfig', {
  username: STRING,
  password: STRING,
  auth: STRING,
  email: STRING,
  serveraddress: STRING,
  identitytoken: STRING,
  registrytoken: STRING,
});
