/** Set-up of the tables of IPv6. */
import {
  ADDR6_BASE, ADDR6_CAP, ADDR6_REC, FRAG6_BASE, FRAG6_CAP, FRAG6_REC, MC6_BASE, MC6_CAP, MC6_REC, ROUTE6_BASE, ROUTE6_CAP,
  ROUTE6_REC, SLAB_ADDR6, SLAB_FRAG6, SLAB_MC6, SLAB_ROUTE6,
} from '../mem';
import { slabInit } from '../sim/slab';

/** Describes them, empty: no record is touched. */
export function ip6Init(): void {
  slabInit(SLAB_ADDR6, ADDR6_BASE, ADDR6_REC, ADDR6_CAP);
  slabInit(SLAB_MC6, MC6_BASE, MC6_REC, MC6_CAP);
  slabInit(SLAB_ROUTE6, ROUTE6_BASE, ROUTE6_REC, ROUTE6_CAP);
  slabInit(SLAB_FRAG6, FRAG6_BASE, FRAG6_REC, FRAG6_CAP);
}
