/** The socket calls that may send: each carries the packets it made before it returns. */
import { SCRATCH_BASE, SCRATCH_SIZE, Sim } from '../mem';
import { drain } from '../sim/loop';
import * as api from './api';
import { optionSet } from './option';

/** Address of the area through which names, addresses and bytes cross. */
export function scratch(): usize {
  return SCRATCH_BASE;
}

/** Its bytes. */
export function scratchSize(): usize {
  return SCRATCH_SIZE;
}

export function connect(id: i32, port: i32): i32 {
  Sim.at().opening = id as u32;
  const r = api.connect(id, port);
  drain();
  Sim.at().opening = 0;
  return r;
}

export function send(id: i32, len: i32, to: bool, port: i32): i32 {
  const r = api.send(id, len, to, port);
  drain();
  return r;
}

export function recv(id: i32, max: i32): i32 {
  const r = api.recv(id, max);
  drain();
  return r;
}

export function shutdown(id: i32, how: i32): i32 {
  const r = api.shutdown(id, how);
  drain();
  return r;
}

export function close(id: i32): void {
  api.close(id);
  drain();
}

export function setOption(id: i32, key: i32, value: i32): i32 {
  const r = optionSet(id, key, value);
  drain();
  return r;
}
