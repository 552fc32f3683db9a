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
    ['list', 'show', 'lst', 'add', 'delete', 'exec', 'identify', 'pids', 'help'],
    'list',
  );
  if (verb === 'add') return add(env);
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
