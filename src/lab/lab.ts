/**
 * A lab: machines wired together, one clock, one core, one seed. The page's worker, the drydock command and the
 * lesson runner hold this and nothing below it.
 */
import type { HttpService } from '../base/http.ts';
import type { FileSystem, Kernel, World } from '../linux/kernel/machine.ts';
import type { LinkKind, NetAdmin } from '../linux/kernel/netadmin.ts';
import type { WinSize } from '../linux/kernel/sys.ts';
import type { PtyPair } from '../linux/tty/pair.ts';
import type { FrameTap } from './frames.ts';
import type { Journey } from './journey/event.ts';
import type { Attempt, Outcome } from './probe/probe.ts';
import type { Uplink } from './uplink.ts';
import type { LabView, ViewCall, ViewDrop, ViewFrame } from './view.ts';

/** What the lab needs of the world outside: the only place where it touches an event loop. */
export interface Host {
  /** The compiled core, bytes of core.wasm. */
  readonly wasm: BufferSource;
  /** Resolves in a later macrotask: all microtasks have run by then, and the host's own events had their turn. */
  turn(): Promise<void>;
}

export interface LabOptions {
  readonly seed: number;
  /** Nanoseconds since 1970 at virtual time 0; fixed by default so that replays are equal. */
  readonly epochNs?: bigint;
  /** Machines node1 … nodeN; default 3. */
  readonly hosts?: number;
  /** Kinds of devices that the machines' kernels are built without; default none. */
  readonly without?: readonly LinkKind[];
  /** Whether packages and images can be fetched from beyond the router; default they can. */
  readonly mirrors?: boolean;
  /** Whether the LAN has a port that leads out of the lab; default not. */
  readonly uplink?: boolean;
}

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  /** The shell's status, 128 + signal when one ended it. */
  readonly exit: number;
}

/** How `run` runs a command. */
export interface RunOptions {
  /** On a terminal of this size: stdout and stderr are one stream, with `\\r\\n`. */
  readonly tty?: WinSize;
  /** Standard input; closed (/dev/null) when absent. */
  readonly stdin?: Uint8Array;
  /** With a terminal: called with output as it comes. */
  readonly echo?: (bytes: Uint8Array) => void;
}

/** A login shell on a terminal. */
export interface Terminal {
  readonly pty: PtyPair;
  readonly exited: Promise<number>;
  /** Hangs up: SIGHUP to the shell and its jobs. */
  close(): void;
}

export interface Machine {
  readonly name: string;
  readonly kernel: Kernel;
  /** dockerd's API. */
  readonly docker: HttpService;
}

/** What is inside a machine or a container. */
export interface Inside {
  readonly net: NetAdmin;
  /** The tree as its programs see it. */
  readonly fs: FileSystem;
}

/** A running capture of the whole lab. */
export interface Capture {
  /** The frames so far as a pcapng file that names every interface, its machine and container. */
  bytes(): Uint8Array;
  /** Frames that came faster than they were read. */
  readonly dropped: number;
  /** Ends it; `bytes` still gives the file. */
  stop(): void;
}

export interface Lab {
  readonly world: World;
  readonly options: Required<LabOptions>;
  readonly machines: readonly Machine[];
  /** The LAN's port that leads out of the lab, when there is one. */
  readonly uplink: Uplink | undefined;
  machine(name: string): Machine | undefined;
  /** Network and files of a machine, or of a container that has a network of its own. */
  inside(machine: string, container?: string): Inside | undefined;
  /** What would become of an attempt to reach something. It is made in a copy of the core: the lab sees nothing of it. */
  probe(attempt: Attempt): Promise<Outcome>;
  /** Runs `bash -c command` as root in /root and drives the clock as fast as it can until it ends. */
  run(host: string, command: string, options?: RunOptions): Promise<CommandResult>;
  /**
   * Starts `bash -c command` in the same way, while something else drives the lab. What it gives comes when the command
   * has ended.
   */
  exec(host: string, command: string, stdin?: Uint8Array): Promise<CommandResult>;
  /**
   * An interactive login shell; output flows while something drives the lab.
   * @param out takes its output as it comes, at a pace of virtual time (display.ts); absent: the caller empties the pty
   */
  terminal(host: string, size: WinSize, out?: (bytes: Uint8Array) => void): Terminal;
  /** Lets `ns` of virtual time pass, as fast as possible. */
  pass(ns: number): Promise<void>;
  /**
   * Does everything that is due up to virtual time `until`, at most `budgetMs` of host time in `now()` milliseconds.
   * @returns true when nothing more is due by then
   */
  step(until: number, budget: () => boolean): Promise<boolean>;
  /** Does what is due until the clock has reached virtual time `at`, in the same way. @returns true when it has, whatever else is due */
  reach(at: number, budget: () => boolean): Promise<boolean>;
  view(): LabView;
  /** Frames that crossed since `seq`, oldest first; the lab keeps the last 8192 and counts what it lost. */
  frames(since: number): { readonly frames: readonly ViewFrame[]; readonly lost: number };
  /** What the lab keeps of its frames, as bytes; not copied. */
  readonly tap: FrameTap;
  /**
   * Traces every packet from now on, none, or those that fit a filter in words (journey/filter.ts) and what is made
   * because of them. @throws RangeError telling what is wrong with the filter
   */
  trace(what: boolean | string): Promise<void>;
  /**
   * The ways of the traced packets that were first seen at `since` or later; `next` is the `since` of those to come,
   * `lost` counts records that were overwritten unread. Told in words by journey/words.ts: `sentence`.
   */
  journeys(since: number): { readonly journeys: readonly Journey[]; readonly next: number; readonly lost: number };
  /** The way of one packet and of its copies, as far as it was traced and is remembered. */
  journey(packet: number): Journey | undefined;
  /** Drops of traced packets since `seq`, oldest first; the last 256 are kept. */
  drops(since: number): readonly ViewDrop[];
  /**
   * Captures every frame of the lab from now on, or those that fit a filter as tcpdump takes it (addresses, no names).
   * @throws Error for a filter that is none, or when too many captures run
   */
  capture(filter?: string): Promise<Capture>;
  /** Requests that came to dockerd by its socket since `seq`, oldest first (not those made through `Machine.docker`). */
  calls(since: number): readonly ViewCall[];
  /** Removes every container, custom network and volume of a machine. */
  clean(host: string): Promise<void>;
}
