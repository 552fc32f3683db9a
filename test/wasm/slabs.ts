/** Numbers of the core's slabs, as wasm/assembly/mem.ts has them. */
export const SLAB_IDS = {
  packet: 1,
  buffer: 2,
  jumbo: 3,
  timer: 4,
  namespace: 5,
  device: 6,
  fdb: 7,
  address: 8,
  route: 9,
  neighbour: 10,
  chain: 11,
  rule: 12,
  connection: 13,
  datagram: 15,
  datagram6: 27,
} as const;
