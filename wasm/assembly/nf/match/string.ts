/** `string`: whether a packet holds some bytes. The pattern lies in the records behind. @see Linux net/netfilter/xt_string.c */
import { MATCH_X_A, MATCH_X_B, MATCH_X_C, MATCH_X_NEXT, MATCH_X_P } from '../../../abi';
import { MATCH_BASE, MATCH_REC } from '../../mem';
import { Pkt } from '../../sim/packet';
import { ETH_IPV4 } from '../../wire/ether';
import { ip4Len } from '../../wire/ipv4';
import { ip6Len } from '../../wire/ipv6';

/** Bytes of a pattern in one record. */
const PIECE: u32 = 40;

function lower(c: u32): u32 {
  return c >= 65 && c <= 90 ? c + 32 : c;
}

function holds(at: usize, m: usize, n: u32, anyCase: bool): bool {
  let piece = m;
  for (let k: u32 = 0; k < n; k++) {
    if (k % PIECE == 0) piece = MATCH_BASE + (load<u32>(piece, MATCH_X_NEXT) as usize) * MATCH_REC;
    let a = load<u8>(at + (k as usize)) as u32;
    let b = load<u8>(piece + ((k % PIECE) as usize), MATCH_X_A) as u32;
    if (anyCase) {
      a = lower(a);
      b = lower(b);
    }
    if (a != b) return false;
  }
  return true;
}

/** Offsets count from the IP header. @param m the match's record */
export function stringFits(m: usize, p: Pkt): bool {
  const n = load<u32>(m, MATCH_X_A);
  const all = p.proto == ETH_IPV4 ? ip4Len(p.nh as usize) : ip6Len(p.nh as usize);
  const end = min(all, load<u32>(m, MATCH_X_C));
  const anyCase = (load<u8>(m, MATCH_X_P) & 1) != 0;
  for (let k = load<u32>(m, MATCH_X_B); k + n <= end; k++) {
    if (holds((p.nh + k) as usize, m, n, anyCase)) return true;
  }
  return false;
}
