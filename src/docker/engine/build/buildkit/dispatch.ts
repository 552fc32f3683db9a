/**
 * Instructions of a stage, one after another: what each does to the image's settings, and the step that makes its files.
 * @see moby/buildkit frontend/dockerfile/dockerfile2llb/convert.go: dispatch
 */
import { clean } from '../../path.ts';
import { sorted } from '../../sorted.ts';
import { healthText } from '../record.ts';
import { isSignal } from '../signal.ts';
import { BuildFault, located, type Range } from '../syntax/fault.ts';
import type { Args, Command, Healthcheck, Line, Pairs, Words } from '../syntax/instructions.ts';
import { type LexOptions, lex } from '../syntax/shell.ts';
import { nearest } from '../syntax/suggest.ts';
import { checkSecret } from './check.ts';
import { planCopy } from './plancopy.ts';
import { planRun } from './planrun.ts';
import { exposedPorts, quoted } from './ports.ts';
import type { Frontend, Planned, StageState, StepPlan } from './state.ts';

const SHELL = ['/bin/sh', '-c'];
/** What a stage without a PATH gets. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** One stage's instructions. */
export class Dispatcher {
  constructor(
    readonly front: Frontend,
    readonly state: StageState,
  ) {}

  run(): void {
    const { state } = this;
    state.begin();
    state.isDispatched = true;
    // FROM is the first of its steps, unless another stage or nothing is below
    state.index = state.base || state.isScratch || state.via ? 0 : 1;
    const { config } = state;
    const env = config.Env ?? [];
    if (!env.some((e) => e.startsWith('PATH='))) config.Env = [...env, `PATH=${DEFAULT_PATH}`];
    for (const e of config.Env ?? []) {
      const eq = e.indexOf('=');
      state.env.set(eq < 0 ? e : e.slice(0, eq), eq < 0 ? '' : e.slice(eq + 1));
    }
    for (const planned of state.commands) located(planned.command.at, () => this.#one(planned));
  }

  /** A word with its variables; those that are not set are told of. */
  expand(word: string, at: Range, options: LexOptions = {}): string {
    const { env, args } = this.state;
    const done = lex(word, env, { escapeChar: this.front.escapeChar, ...options });
    for (const name of done.unmatched) {
      if (args.some((a) => a.key === name)) continue;
      const near = nearest(name, env.keys(), true);
      this.front.lint.warn(
        'UndefinedVar',
        at,
        `Usage of undefined variable '$${name}'${near === '' ? '' : ` (did you mean $${near}?)`}`,
      );
    }
    return done.text;
  }

  /** A step's name as it is shown. */
  title(text: string): string {
    const { state } = this;
    const shown = text.replace(/^\S+/, (w) => w.toUpperCase());
    if (state.total === 0) return shown;
    const width = String(state.total).length;
    const n = String(++state.index).padStart(width);
    return `[${state.name === '' ? '' : `${state.name} `}${n}/${state.total}] ${state.isTrigger ? 'ONBUILD ' : ''}${shown}`;
  }

  /** The instruction with its variables, for its name; as it is when that cannot be. */
  shown(text: string, options: LexOptions = {}, env: ReadonlyMap<string, string> = this.state.env): string {
    try {
      return lex(text, env, { escapeChar: this.front.escapeChar, ...options }).text;
    } catch {
      return text;
    }
  }

  commit(createdBy: string, step?: StepPlan): void {
    this.state.history.push({ createdBy, step });
    if (step) this.state.plans.push(step);
  }

  get noCache(): boolean {
    const { options } = this.front;
    return options.noCache || options.noCacheFilter.includes(this.state.stage.from.stage);
  }

  withShell(line: readonly string[]): string[] {
    return [...(this.state.config.Shell ?? SHELL), line.join(' ')];
  }

  #one(planned: Planned): void {
    const { command: c } = planned;
    const { config } = this.state;
    this.state.isTrigger = planned.isTrigger;
    switch (c.name) {
      case 'RUN':
        planRun(this, c, planned);
        return;
      case 'COPY':
      case 'ADD':
        planCopy(this, c, planned);
        return;
      case 'ENV':
        this.#env(c);
        return;
      case 'LABEL':
        this.#label(c);
        return;
      case 'ARG':
        this.#arg(c);
        return;
      case 'CMD':
      case 'ENTRYPOINT':
        this.#line(c);
        return;
      case 'HEALTHCHECK':
        this.#health(c);
        return;
      case 'EXPOSE':
        this.#expose(c);
        return;
      case 'VOLUME': {
        const list = c.list.map((v) => this.expand(v, c.at));
        if (list.includes('')) throw new BuildFault('VOLUME specified can not be an empty string');
        config.Volumes = { ...config.Volumes, ...Object.fromEntries(list.map((v) => [v, {}])) };
        this.commit(`VOLUME [${list.join(' ')}]`);
        return;
      }
      case 'SHELL':
        config.Shell = [...c.list];
        this.commit(`SHELL [${c.list.join(' ')}]`);
        return;
      default:
        this.#word(c);
        return;
    }
  }

  #word(c: Extract<Command, { value: string }>): void {
    const { config } = this.state;
    switch (c.name) {
      case 'WORKDIR':
        this.#workdir(this.expand(c.value, c.at), c.code, c.at);
        return;
      case 'USER':
        config.User = this.expand(c.value, c.at);
        this.commit(`USER ${config.User}`);
        return;
      case 'STOPSIGNAL': {
        const signal = this.expand(c.value, c.at);
        if (!isSignal(signal)) throw new BuildFault(`invalid signal: ${signal}`);
        config.StopSignal = signal;
        this.commit(`STOPSIGNAL ${signal}`);
        return;
      }
      case 'MAINTAINER':
        this.state.author = c.value;
        this.commit(`MAINTAINER ${c.value}`);
        return;
      case 'ONBUILD':
        config.OnBuild = [...(config.OnBuild ?? []), c.value];
    }
  }

  #env(c: Pairs): void {
    const { state, front } = this;
    const pairs = c.pairs.map((p) => ({ ...p, key: this.expand(p.key, c.at), value: this.expand(p.value, c.at) }));
    let said = 'ENV';
    for (const { key, value, spaced } of pairs) {
      if (spaced) this.#legacy(c);
      checkSecret(front.lint, 'ENV', key, c.at);
      said += ` ${key}=${value}`;
      state.env.set(key, value);
      const env = [...(state.config.Env ?? [])];
      const known = env.findIndex((e) => e === key || e.startsWith(`${key}=`));
      if (known < 0) env.push(`${key}=${value}`);
      else env[known] = `${key}=${value}`;
      state.config.Env = env;
    }
    this.commit(said);
  }

  #legacy(c: Pairs): void {
    const detail = `"${c.word} key=value" should be used instead of legacy "${c.word} key value" format`;
    this.front.lint.warn('LegacyKeyValueFormat', c.at, detail);
  }

  #label(c: Pairs): void {
    const { config } = this.state;
    let said = 'LABEL';
    for (const p of c.pairs) {
      const [key, value] = [this.expand(p.key, c.at), this.expand(p.value, c.at)];
      if (p.spaced) this.#legacy(c);
      config.Labels = sorted({ ...config.Labels, [key]: value });
      said += ` ${key}=${value}`;
    }
    this.commit(said);
  }

  #arg(c: Args): void {
    const { state, front } = this;
    const said: string[] = [];
    for (const { key, value: fallback } of c.list) {
      checkSecret(front.lint, 'ARG', key, c.at);
      const given = front.options.buildArgs[key];
      let value: string | undefined;
      if (given !== undefined && given !== null) value = given;
      else if (fallback !== undefined) value = this.expand(fallback, c.at);
      else value = front.globals.get(key);
      if (value !== undefined) state.env.set(key, value);
      state.args.push({ key, value });
      said.push(value === undefined ? key : `${key}=${value}`);
    }
    this.commit(`ARG ${said.join(' ')}`);
  }

  /** Of what counts once only the last does. */
  #once(c: Command): void {
    const before = this.state.once.get(c.name);
    if (before)
      this.front.lint.warn(
        'MultipleInstructionsDisallowed',
        before,
        `Multiple ${c.word} instructions should not be used in the same stage because only the last one will be used`,
      );
    this.state.once.set(c.name, c.at);
  }

  #line(c: Line): void {
    const { state, front } = this;
    const { config } = state;
    const hadCommand = state.once.has('CMD');
    this.#once(c);
    if (c.isShell && !config.Shell)
      front.lint.warn(
        'JSONArgsRecommended',
        c.at,
        `JSON arguments recommended for ${c.word} to prevent unintended behavior related to OS signals`,
      );
    const args = c.isShell ? this.withShell(c.line) : [...c.line];
    if (c.name === 'CMD') {
      config.Cmd = args;
      config.ArgsEscaped = true;
    } else {
      config.Entrypoint = args.length > 0 ? args : null;
      if (!hadCommand) config.Cmd = null;
    }
    this.commit(`${c.name} ${quoted(args)}`);
  }

  #health(c: Healthcheck): void {
    this.#once(c);
    this.state.config.Healthcheck = { ...c.health };
    this.commit(`HEALTHCHECK ${healthText(c.health)}`);
  }

  #expose(c: Words): void {
    const { state, front } = this;
    const texts = c.list.flatMap((p) => lex(p, state.env, { escapeChar: front.escapeChar }).words);
    const ports = exposedPorts(texts, c.at, front.lint);
    state.config.ExposedPorts = sorted({
      ...state.config.ExposedPorts,
      ...Object.fromEntries(ports.map((p) => [p, {} as Record<string, never>])),
    });
    this.commit(`EXPOSE [${ports.join(' ')}]`);
  }

  #workdir(path: string, code: string, at: Range): void {
    const { state, front } = this;
    if (!state.isWorkdirSet && !path.startsWith('/'))
      front.lint.warn(
        'WorkdirRelativePath',
        at,
        `Relative workdir ${JSON.stringify(path)} can have unexpected results if the base image changes`,
      );
    state.isWorkdirSet = true;
    const dir = clean(path.startsWith('/') ? path : `${state.config.WorkingDir || '/'}/${path}`);
    state.config.WorkingDir = dir;
    if (dir === '/') {
      this.commit(`WORKDIR ${dir}`);
      return;
    }
    const name = this.title(this.shown(code));
    const { User: user } = state.config;
    this.commit(`WORKDIR ${dir}`, { kind: 'mkdir', name, at, stage: state, noCache: this.noCache, path: dir, user });
  }
}
