/** The worker's event loop, as the lab and its loop need it. */

/** Milliseconds of the wall clock, from any beginning. */
export const now = (): number => performance.now();

const channel = new MessageChannel();
const turns: (() => void)[] = [];
/** In Node a port keeps the process awake: only while somebody waits. */
const port = channel.port1 as MessagePort & { ref?(): void; unref?(): void };
port.onmessage = () => {
  turns.shift()?.();
  if (turns.length === 0) port.unref?.();
};
port.unref?.();

/** A macrotask without a timer's minimum delay. */
export const turn = (): Promise<void> =>
  new Promise((resolve) => {
    turns.push(resolve);
    port.ref?.();
    channel.port2.postMessage(0);
  });

/** A bug of the lab: thrown where the page's error handler for the worker sees it. */
export const fail = (error: unknown): void => {
  setTimeout(() => {
    throw error;
  });
};
