/**
 * A number of the flow that a frame belongs to, keyed by the lab's seed.
 * @see Linux net/core/flow_dissector.c: skb_get_hash, __flow_hash_consistentify
 */
import { hashSeed } from '../sock/glue';
import { rd32 } from '../wire/bytes';
import { ETH_HLEN, ETH_IPV4, ETH_IPV6, ethType } from '../wire/ether';
import { ip4Dst, ip4Hlen, ip4IsFragment, ip4Proto, ip4Src, PROTO_TCP, PROTO_UDP } from '../wire/ipv4';

function mix(h: u32, x: u32): u32 {
  const k = (h ^ x) * 0x9e3779b1;
  return k ^ (k >> 15);
}

/** The number of a frame's flow, the same for both directions. */
export function flowHash(eth: usize, len: u32): u32 {
  const type = ethType(eth);
  const ip = eth + (ETH_HLEN as usize);
  const seed = mix(0x5bd1e995, hashSeed());
  if (type == ETH_IPV4 && len >= ETH_HLEN + 20) {
    const a = ip4Src(ip);
    const b = ip4Dst(ip);
    const proto = ip4Proto(ip);
    let ports: u32 = 0;
    if ((proto == PROTO_TCP || proto == PROTO_UDP) && !ip4IsFragment(ip) && len >= ETH_HLEN + ip4Hlen(ip) + 4) {
      ports = rd32(ip + (ip4Hlen(ip) as usize));
      if (a > b || (a == b && ports >> 16 > (ports & 0xffff))) ports = (ports >> 16) | (ports << 16);
    }
    return mix(mix(mix(mix(seed, min(a, b)), max(a, b)), proto), ports);
  }
  if (type == ETH_IPV6 && len >= ETH_HLEN + 40) {
    // Addresses of both ends enter the same way.
    let h = seed;
    for (let i: usize = 8; i < 24; i += 4) h = mix(h, load<u32>(ip + i) ^ load<u32>(ip + i + 16));
    return mix(h, load<u8>(ip, 6) as u32);
  }
  // Of anything else the type alone counts, as where the kernel's dissector finds no addresses.
  return mix(seed, type);
}
