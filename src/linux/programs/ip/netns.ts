/**
 * `ip netns`: named network namespaces under /run/netns.
 * @see iproute2 ip/ipnetns.c
 */
import { isErr } from '../../kernel/errno.ts';
import type { NetnsKey } from '../../kernel/netadmin.ts';
import { findProgram } from '../exec.ts';
import { IpError } from './args.ts';
import type { IpEnv } from './env.ts';
import { subcommand } from './show.ts';

const DIR = '/run/netns';

/** The namespace that `netns NAME|PID` means. Equivalent: netns_get_fd */
export function netnsArg(env: IpEnv, arg: string): NetnsKey {
  const path = /^\d+$/.test(arg) ? `/proc/${arg}/ns/net` : arg.includes('/') ? arg : `${DIR}/${arg}`;
  const key = env.ctx.sys.netnsOf?.(path);
  if (key === undefined || isErr(key))
    throw new IpError(`Error: argument "${arg}" is wrong: Invalid "netns" value`, 255);
  return key;
}

export async function ipNetns(env: IpEnv): Promise<number> {
  const verb = subcommand(
    env,
    'netns',
    ['list', 'show', 'lst', 'add', 'attach', 'delete', 'exec', 'identify', 'pids', 'help'],
    'list',
  );
  if (verb === 'add') return add(env);
  if (verb === 'attach') return attach(env);
  if (verb === 'pids') return pids(env);
  if (verb === 'identify') return identify(env);
  if (verb === 'delete') return del(env);
  if (verb === 'exec') return exec(env);
  if (verb === 'help') {
    await env.ctx.err(
      'Usage:\tip netns list\n\tip netns add NAME\n\tip netns delete NAME\n\tip netns exec NAME cmd ...\n',
    );
    return 255;
  }
  const names = env.ctx.sys.readdir(DIR);
  if (isErr(names)) return 0;
  // readdir(3) of a tmpfs gives the newest entry first
  const list = names.map((e) => e.name).filter((n) => n !== '.' && n !== '..');
  await env.ctx.out(
    list
      .reverse()
      .map((n) => `${n}\n`)
      .join(''),
  );
  return 0;
}

async function add(env: IpEnv): Promise<number> {
  const name = env.words.take();
  if (name === undefined) throw new IpError('No netns name specified', 255);
  const e = env.ctx.sys.netnsAdd?.(`${DIR}/${name}`);
  if (e === undefined || isErr(e))
    throw new IpError(`Cannot create namespace file "${DIR}/${name}": ${e?.text ?? 'Operation not permitted'}`, 1);
  return 0;
}

/** A name for the namespace of a process. */
async function attach(env: IpEnv): Promise<number> {
  const [name, pid] = env.words.rest();
  if (name === undefined) throw new IpError('No netns name specified', 255);
  if (pid === undefined) throw new IpError('No PID specified', 255);
  if (!/^\d+$/.test(pid)) throw new IpError(`Invalid PID: ${pid}`, 255);
  const { sys } = env.ctx;
  const key = sys.netnsOf?.(`/proc/${pid}/ns/net`);
  if (key === undefined || isErr(key))
    throw new IpError(
      `Bind /proc/${pid}/ns/net -> ${DIR}/${name} failed: ${key?.text ?? 'Operation not permitted'}`,
      1,
    );
  const e = sys.netnsAdd?.(`${DIR}/${name}`, key);
  if (e === undefined || isErr(e))
    throw new IpError(`Cannot create namespace file "${DIR}/${name}": ${e?.text ?? 'Operation not permitted'}`, 1);
  return 0;
}

/** Processes in a namespace. */
async function pids(env: IpEnv): Promise<number> {
  const name = env.words.take();
  if (name === undefined) throw new IpError('No netns name specified', 255);
  const { sys } = env.ctx;
  const key = sys.netnsOf?.(`${DIR}/${name}`);
  if (key === undefined || isErr(key))
    throw new IpError(`Cannot open network namespace: ${key?.text ?? 'Operation not permitted'}`, 255);
  const found = sys.processes().filter((p) => sys.netnsOf?.(`/proc/${p.pid}/ns/net`) === key);
  await env.ctx.out(found.map((p) => `${p.pid}\n`).join(''));
  return 0;
}

/** Names of the namespace of a process, this one when none is named. */
async function identify(env: IpEnv): Promise<number> {
  const { sys } = env.ctx;
  const pid = env.words.take() ?? 'self';
  if (pid !== 'self' && !/^\d+$/.test(pid)) throw new IpError(`Invalid PID: ${pid}`, 255);
  const key = sys.netnsOf?.(`/proc/${pid}/ns/net`);
  if (key === undefined || isErr(key)) throw new IpError(`Cannot open network namespace: ${key?.text ?? ''}`, 255);
  const names = sys.readdir(DIR);
  const fits = (isErr(names) ? [] : names).filter((e) => sys.netnsOf?.(`${DIR}/${e.name}`) === key);
  await env.ctx.out(fits.map((e) => `${e.name}\n`).join(''));
  return 0;
}

async function del(env: IpEnv): Promise<number> {
  const name = env.words.take();
  if (name === undefined) throw new IpError('No netns name specified', 255);
  const e = env.ctx.sys.netnsDel?.(`${DIR}/${name}`);
  if (e === undefined || isErr(e))
    throw new IpError(`Cannot remove namespace file "${DIR}/${name}": ${e?.text ?? 'Operation not permitted'}`, 1);
  return 0;
}

async function exec(env: IpEnv): Promise<number> {
  const [name, ...argv] = env.words.rest();
  if (name === undefined) throw new IpError('No netns name specified', 255);
  if (argv.length === 0) throw new IpError('No command specified', 255);
  const { sys } = env.ctx;
  const path = `${DIR}/${name}`;
  const there = sys.stat(path);
  if (isErr(there)) throw new IpError(`Cannot open network namespace "${name}": ${there.text}`, 255);
  const program = findProgram(sys, argv[0] as string);
  const code = isErr(program) ? program : await sys.exec(program, argv, undefined, { netns: path });
  throw new IpError(`exec of "${argv[0]}" failed: ${code.text}`, 1);
}
