/** Where things stood in a session's map: remembered while its pane is away. */
import type { Session } from '../session.svelte.ts';
import { Memory } from './slots.ts';

const memories = new WeakMap<Session, Memory>();

export function memoryOf(session: Session): Memory {
  let memory = memories.get(session);
  if (!memory) {
    memory = new Memory();
    memories.set(session, memory);
  }
  return memory;
}
