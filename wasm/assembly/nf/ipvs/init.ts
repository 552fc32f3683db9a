/** Set-up of the tables of IPVS. */
import {
  SLAB_VS_CONN, SLAB_VS_DEST, SLAB_VS_SVC, VS_CONN_BASE, VS_CONN_CAP, VS_CONN_REC, VS_DEST_BASE, VS_DEST_CAP, VS_DEST_REC,
  VS_SVC_BASE, VS_SVC_CAP, VS_SVC_REC,
} from '../../mem';
import { slabInit } from '../../sim/slab';

/** Describes them, empty: no record is touched. */
export function vsInit(): void {
  slabInit(SLAB_VS_SVC, VS_SVC_BASE, VS_SVC_REC, VS_SVC_CAP);
  slabInit(SLAB_VS_DEST, VS_DEST_BASE, VS_DEST_REC, VS_DEST_CAP);
  slabInit(SLAB_VS_CONN, VS_CONN_BASE, VS_CONN_REC, VS_CONN_CAP);
}
