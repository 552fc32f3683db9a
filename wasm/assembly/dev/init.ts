/** Set-up of the tables of namespaces and devices. */
import {
  DEV_BASE, DEV_CAP, DEV_REC, FDB_BASE, FDB_CAP, FDB_REC, NS_BASE, NS_CAP, NS_REC, QDISC_BASE, QDISC_CAP, QDISC_REC,
  SLAB_DEV, SLAB_FDB, SLAB_NS, SLAB_QDISC, SLAB_UPPER, SLAB_VFDB, SLAB_VXLAN, UPPER_BASE, UPPER_CAP, UPPER_REC, VFDB_BASE,
  VFDB_CAP, VFDB_REC, VXLAN_BASE, VXLAN_CAP, VXLAN_REC,
} from '../mem';
import { slabInit } from '../sim/slab';

/** Describes them, empty: no record is touched. */
export function devInit(): void {
  slabInit(SLAB_NS, NS_BASE, NS_REC, NS_CAP);
  slabInit(SLAB_DEV, DEV_BASE, DEV_REC, DEV_CAP);
  slabInit(SLAB_FDB, FDB_BASE, FDB_REC, FDB_CAP);
  slabInit(SLAB_QDISC, QDISC_BASE, QDISC_REC, QDISC_CAP);
  slabInit(SLAB_VXLAN, VXLAN_BASE, VXLAN_REC, VXLAN_CAP);
  slabInit(SLAB_VFDB, VFDB_BASE, VFDB_REC, VFDB_CAP);
  slabInit(SLAB_UPPER, UPPER_BASE, UPPER_REC, UPPER_CAP);
}
