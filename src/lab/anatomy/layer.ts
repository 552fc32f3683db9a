/** A frame's layers and fields, each with the bytes it stands in. */

/** Layers by the names of their protocols; `data`: what nobody here can read, `padding`: behind a short packet. */
export type LayerName =
  | 'Ethernet'
  | '802.1Q'
  | 'ARP'
  | 'IPv4'
  | 'IPv6'
  | 'ICMP'
  | 'ICMPv6'
  | 'TCP'
  | 'UDP'
  | 'DNS'
  | 'HTTP'
  | 'VXLAN'
  | 'data'
  | 'padding';

/** What a field is. Whoever shows it has a word for each. */
export type FieldKey =
  | 'dstMac'
  | 'srcMac'
  | 'etherType'
  | 'vlanId'
  | 'priority'
  | 'hardware'
  | 'protocolType'
  | 'sizes'
  | 'operation'
  | 'senderMac'
  | 'senderIp'
  | 'targetMac'
  | 'targetIp'
  | 'version'
  | 'headerLength'
  | 'tos'
  | 'totalLength'
  | 'identification'
  | 'fragment'
  | 'fragmentOffset'
  | 'ttl'
  | 'protocol'
  | 'headerChecksum'
  | 'src'
  | 'dst'
  | 'options'
  | 'trafficClass'
  | 'flowLabel'
  | 'payloadLength'
  | 'nextHeader'
  | 'hopLimit'
  | 'extension'
  | 'srcPort'
  | 'dstPort'
  | 'sequence'
  | 'acknowledgment'
  | 'dataOffset'
  | 'flags'
  | 'window'
  | 'checksum'
  | 'urgent'
  | 'option'
  | 'length'
  | 'type'
  | 'code'
  | 'identifier'
  | 'icmpSequence'
  | 'gateway'
  | 'mtu'
  | 'rest'
  | 'transactionId'
  | 'counts'
  | 'question'
  | 'answer'
  | 'authority'
  | 'additional'
  | 'startLine'
  | 'header'
  | 'vni'
  | 'reserved'
  | 'payload';

export interface Field {
  readonly key: FieldKey;
  readonly value: string;
  /** Bytes of the frame, `to` not included. Fields that share a byte have the same range. */
  readonly from: number;
  readonly to: number;
  /** Of a checksum: whether it is what it should be; absent where the frame is cut. */
  readonly right?: boolean;
}

export interface Layer {
  readonly name: LayerName;
  /** From where to where, or what it says, in a few words without a language. */
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly fields: readonly Field[];
}
