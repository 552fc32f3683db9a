/** The core with a source and a sink of datagrams beside it: what `drydock bench` runs. */
export * from '../assembly/index';
export { benchFrame, benchRun } from './traffic';
