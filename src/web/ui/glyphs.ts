/** The families of protocols that colours and shapes tell apart, wherever frames are shown. */

export const FAMILIES = ['ARP', 'ICMP', 'TCP', 'UDP', 'DNS', 'VXLAN'] as const;
export type Family = (typeof FAMILIES)[number];

/** The family of a protocol name: which shape and colour it has. */
export function familyOf(proto: string): Family {
  if (proto.startsWith('ICMP')) return 'ICMP';
  return FAMILIES.find((f) => f === proto) ?? 'TCP';
}

/** Outline of each family's glyph around the origin, radius about 6. */
export const GLYPHS: Readonly<Record<Family, string>> = {
  TCP: 'M6 0A6 6 0 1 1-6 0A6 6 0 1 1 6 0Z',
  UDP: 'M-5-5H5V5H-5Z',
  ARP: 'M0-7L7 0L0 7L-7 0Z',
  ICMP: 'M0-7L6.5 5H-6.5Z',
  DNS: 'M-3.5-6H3.5L7 0L3.5 6H-3.5L-7 0Z',
  VXLAN: 'M-7-5H7V5H-7ZM-3.5-1.8V1.8H3.5V-1.8Z',
};
