/** Go types of networks and endpoints. @see moby api/types/network */
import {
  ANY_MAP,
  BOOL,
  INT,
  INT64,
  mapOf,
  ptrTo,
  STRING,
  STRING_MAP,
  STRINGS,
  sliceOf,
  struct,
  TIME,
} from '../template/value.ts';

const ENDPOINT_IPAM = struct(
  'network.EndpointIPAMConfig',
  ['IPv4Address', STRING, '', true],
  ['IPv6Address', STRING, '', true],
  ['LinkLocalIPs', STRINGS, '', true],
);

export const ENDPOINT_SETTINGS = struct(
  'network.EndpointSettings',
  ['IPAMConfig', ptrTo(ENDPOINT_IPAM)],
  ['Links', STRINGS],
  ['Aliases', STRINGS],
  ['MacAddress', STRING],
  ['DriverOpts', STRING_MAP],
  ['GwPriority', INT],
  ['NetworkID', STRING],
  ['EndpointID', STRING],
  ['Gateway', STRING],
  ['IPAddress', STRING],
  ['IPPrefixLen', INT],
  ['IPv6Gateway', STRING],
  ['GlobalIPv6Address', STRING],
  ['GlobalIPv6PrefixLen', INT],
  ['DNSNames', STRINGS],
);

const IPAM_CONFIG = struct(
  'network.IPAMConfig',
  ['Subnet', STRING, '', true],
  ['IPRange', STRING, '', true],
  ['Gateway', STRING, '', true],
  ['AuxAddress', STRING_MAP, 'AuxiliaryAddresses', true],
);
const IPAM = struct('network.IPAM', ['Driver', STRING], ['Options', STRING_MAP], ['Config', sliceOf(IPAM_CONFIG)]);
const ENDPOINT_RESOURCE = struct(
  'network.EndpointResource',
  ['Name', STRING],
  ['EndpointID', STRING],
  ['MacAddress', STRING],
  ['IPv4Address', STRING],
  ['IPv6Address', STRING],
);
const PEER = struct('network.PeerInfo', ['Name', STRING], ['IP', STRING]);
const TASK = struct(
  'network.Task',
  ['Name', STRING],
  ['EndpointID', STRING],
  ['EndpointIP', STRING],
  ['Info', STRING_MAP],
);
const SERVICE_INFO = struct(
  'network.ServiceInfo',
  ['VIP', STRING],
  ['Ports', STRINGS],
  ['LocalLBIndex', INT],
  ['Tasks', sliceOf(TASK)],
);

export const NETWORK_INSPECT = struct(
  'network.Inspect',
  ['Name', STRING],
  ['ID', STRING, 'Id'],
  ['Created', TIME],
  ['Scope', STRING],
  ['Driver', STRING],
  ['EnableIPv4', BOOL],
  ['EnableIPv6', BOOL],
  ['IPAM', IPAM],
  ['Internal', BOOL],
  ['Attachable', BOOL],
  ['Ingress', BOOL],
  ['ConfigFrom', struct('network.ConfigReference', ['Network', STRING])],
  ['ConfigOnly', BOOL],
  ['Containers', mapOf(ENDPOINT_RESOURCE)],
  ['Options', STRING_MAP],
  ['Labels', STRING_MAP],
  ['Peers', sliceOf(PEER), '', true],
  ['Services', mapOf(SERVICE_INFO), '', true],
);

export const VOLUME = struct(
  'volume.Volume',
  ['ClusterVolume', ptrTo(struct('volume.ClusterVolume', ['ID', STRING])), '', true],
  ['CreatedAt', STRING, '', true],
  ['Driver', STRING],
  ['Labels', STRING_MAP],
  ['Mountpoint', STRING],
  ['Name', STRING],
  ['Options', STRING_MAP],
  ['Scope', STRING],
  ['Status', ANY_MAP, '', true],
  ['UsageData', ptrTo(struct('volume.UsageData', ['RefCount', INT64], ['Size', INT64])), '', true],
);

/** For objects that are only looked at as JSON. */
export const RAW_OBJECT = ANY_MAP;
