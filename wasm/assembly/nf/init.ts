/** Set-up of the tables of netfilter. */
import {
  CHAIN_BASE, CHAIN_CAP, CHAIN_REC, CONN_BUCKETS, CONN_CAP, CONN_REC, MATCH_BASE, MATCH_CAP, MATCH_REC, RULE_BASE,
  RULE_CAP, RULE_REC, SLAB_CHAIN, SLAB_CONN, SLAB_MATCH, SLAB_RULE, Sim,
} from '../mem';
import { slabInit } from '../sim/slab';
import { vsInit } from './ipvs/init';

/** Describes them, empty: no record is touched. */
export function nfInit(): void {
  slabInit(SLAB_CHAIN, CHAIN_BASE, CHAIN_REC, CHAIN_CAP);
  slabInit(SLAB_RULE, RULE_BASE, RULE_REC, RULE_CAP);
  slabInit(SLAB_MATCH, MATCH_BASE, MATCH_REC, MATCH_CAP);
  slabInit(SLAB_CONN, 0, CONN_REC, CONN_CAP);
  Sim.at().ctMask = CONN_BUCKETS - 1;
  vsInit();
}
