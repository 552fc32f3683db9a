// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of compose files
/** Variables in compose files, .env files, env_file: forms, precedence, warnings, faults. */
import { describe, expect, it } from 'vitest';
import { composeConfig, configOf, under } from './files.ts';

const ENV = { FOO: 'first', BAR: '' };
const image = (text: string): string => `services:\n  a:\n    image: x\n    hostname: ${JSON.stringify(text)}\n`;
const notSet = (name: string): string =>
  `level=warning msg="The \\"${name}\\" variable is not set. Defaulting to a blank string."\n`;

describe('interpolation', () => {
  it.each([
    ['$FOO-bar', 'first-bar'],
    ['${FOO}', 'first'],
    ['$${FOO}', '$${FOO}'],
    ['a$$b', 'a$$b'],
    ['5$ and $5', '5$$ and $$5'],
    ['${BAR:-def}', 'def'],
    ['x${BAR-def}', 'x'],
    ['${NO-def}', 'def'],
    ['${FOO:-def}', 'first'],
    ['${BAR:-/non:-alphanumeric}', '/non:-alphanumeric'],
    ['${NO-$FOO}', 'first'],
    ['${NO-${FOO} ${FOO}}', 'first first'],
    ['${BAR:-${FOO}}', 'first'],
    ['${NO:-${NO2:-deep}}', 'deep'],
    ['${FOO:+set}', 'set'],
    ['x${BAR:+set}', 'x'],
    ['${BAR+set}', 'set'],
    ['x${NO+set}', 'x'],
    ['${FOO?bar-baz}', 'first'],
    ['x${BAR?err}', 'x'],
    ['${NO-myerror?msg}', 'myerror?msg'],
    ['${NO:-a}/${FOO}/${NO:-b}', 'a/first/b'],
    ['${NO:-{"a":1}}', '{"a":1}'],
  ])('%s is %s', async (given, want) => {
    const { out, err } = await composeConfig({ files: { '/w/compose.yaml': image(given) }, env: ENV });
    expect(err).toBe('');
    const shown = under(out, 'services', 'a', 'hostname');
    expect(shown.startsWith("'") ? shown.slice(1, -1) : shown).toBe(want);
  });

  it.each(['${', '${}', '${ }', '${ FOO}', '${FOO }', '${FOO!}'])('%s is no template', async (given) => {
    const { err, code } = await configOf(image(given));
    expect(err).toBe(
      `invalid interpolation format for services.a.hostname.\nYou may need to escape any $ with another $.\n${given}\n`,
    );
    expect(code).toBe(1);
  });

  it.each([
    ['${NO:?Mandatory Variable Unset}', 'NO is missing a value: Mandatory Variable Unset'],
    ['${BAR:?empty}', 'BAR is missing a value: empty'],
    ['${NO?}', 'NO is missing a value'],
    ['${NO?see ${FOO}}', 'NO is missing a value: see first'],
  ])('%s must be set', async (given, want) => {
    const { err } = await composeConfig({ files: { '/w/compose.yaml': image(given) }, env: ENV });
    expect(err).toBe(`error while interpolating services.a.hostname: required variable ${want}\n`);
  });

  it('warns of each place that has no value', async () => {
    const { out, err } = await configOf('services:\n  a:\n    image: x${A}\n    command: [$A, "${B}"]\n');
    expect(err).toBe(notSet('A') + notSet('A') + notSet('B'));
    expect(under(out, 'services', 'a', 'image')).toBe('x');
  });

  it.each([
    ['scale: ${N}', 'scale: 3'],
    ['cpus: ${F}', 'cpus: 0.5'],
    ['privileged: ${T}', 'privileged: true'],
    [
      'tty: ${Y}',
      'tty: true',
      'level=warning msg="\\"yes\\" for boolean is not supported by YAML 1.2, please use `true`"\n',
    ],
    ['ulimits: {nofile: "${N}"}', 'ulimits:\n  nofile: 3'],
  ])('%s becomes %s', async (given, want, warning = '') => {
    const files = { '/w/compose.yaml': `services:\n  a:\n    image: x\n    ${given}\n` };
    const { out, err } = await composeConfig({ files, env: { N: '3', F: '0.50', T: 'true', Y: 'yes' } });
    expect(err).toBe(warning);
    expect(under(out, 'services', 'a')).toContain(want);
  });

  it.each([
    ['scale: ${S}', 'services.a.scale: failed to cast to expected type: strconv.Atoi: parsing "x": invalid syntax'],
    ['tty: ${S}', 'services.a.tty: failed to cast to expected type: invalid boolean: x'],
  ])('%s cannot be cast', async (given, want) => {
    const files = { '/w/compose.yaml': `services:\n  a:\n    image: x\n    ${given}\n` };
    expect((await composeConfig({ files, env: { S: 'x' } })).err).toBe(`error while interpolating ${want}\n`);
  });

  it('lists the variables of a model', async () => {
    const yaml = 'services:\n  a:\n    image: ${I:?}-${T:-${U:-1}}\n    command: ["$C", "${P:+on}"]\n';
    const { out } = await configOf(yaml, '--variables');
    const row = (...cells: string[]): string => cells.map((c, i) => (i < 3 ? c.padEnd(20) : c)).join('');
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((l) => l.trimEnd()),
    ).toEqual(
      [
        row('NAME', 'REQUIRED', 'DEFAULT VALUE', 'ALTERNATE VALUE'),
        row('C', 'false').trimEnd(),
        row('I', 'true').trimEnd(),
        row('P', 'false', '', 'on'),
        row('T', 'false', '${U:-1}'),
        row('U', 'false', '1'),
      ].map((l) => l.trimEnd()),
    );
  });
});

describe('.env', () => {
  const values = async (dotenv: string, env: Record<string, string> = {}): Promise<string[]> => {
    const files = { '/w/compose.yaml': 'services: {a: {image: x}}\n', '/w/.env': dotenv };
    const { out, err, code } = await composeConfig({ files, env }, '--environment');
    if (code !== 0) return [err];
    return out.split('\n').filter((l) => !/^(?:HOME|PWD|COMPOSE_PROJECT_NAME)=|^$/.test(l));
  };

  it.each([
    ['FOO=bar', 'FOO=bar'],
    ['FOO =bar', 'FOO=bar'],
    ['FOO= bar ', 'FOO=bar'],
    ['OPTION_A: Foo=bar', 'OPTION_A=Foo=bar'],
    ['export OPTION_A=2', 'OPTION_A=2'],
    ['exportFOO=2', 'exportFOO=2'],
    ['FOO.BAR-x=1', 'FOO.BAR-x=1'],
    ['FOO=bar # comment', 'FOO=bar'],
    ['FOO=123#not', 'FOO=123#not'],
    ['FOO="bar#baz" # comment', 'FOO=bar#baz'],
    ["FOO='quote $A'", 'FOO=quote $A'],
    ['FOO="a\\tb"', 'FOO=a\tb'],
    ['FOO=a\\tb', 'FOO=a\\tb'],
    ['FOO="escaped\\"bar"', 'FOO=escaped"bar'],
    ['FOO="\\x07\\0123"', 'FOO=\\x07S'],
    ['FOO="foo\\${BAR}"', 'FOO=foo${BAR}'],
    ['FOO=foo$$BAR', 'FOO=foo$BAR'],
    ['FOO=${NO:-d}', 'FOO=d'],
    ['# c\n\n  FOO=1', 'FOO=1'],
  ])('%s', async (given, want) => {
    expect(await values(given)).toEqual([want]);
  });

  it('fills values from earlier lines and the surroundings, which win', async () => {
    expect(await values('A=1\nB=$A-${C}\nC=file', { C: 'env' })).toEqual(['A=1', 'B=1-env', 'C=env']);
    expect(await values('SET\nUNSET\nD=1', { SET: 'x' })).toEqual(['D=1', 'SET=x']);
    expect(await values('T="one\ntwo"\nU=3')).toEqual(['T=one', 'two', 'U=3']);
  });

  it.each([
    ['A=1\nlol$wut=2', 'line 2: unexpected character "$" in variable name "lol$wut=2"'],
    ['A=1\n\nB="x', 'line 3: unterminated quoted value "x'],
    ['A B=1', 'line 1: key cannot contain a space'],
  ])('%s is refused', async (given, want) => {
    expect(await values(given)).toEqual([`failed to read /w/.env: ${want}\n`]);
  });

  it('can be other files, or none', async () => {
    const files = {
      '/w/compose.yaml': 'services:\n  a:\n    image: x:${T:-none}\n',
      '/w/.env': 'T=dot',
      '/w/one.env': 'T=one\nA=1',
      '/w/two.env': 'T=two$A',
    };
    const tag = async (env: Record<string, string>, ...args: string[]): Promise<string> => {
      const { out, err } = await composeConfig({ files, env }, ...args);
      return under(out, 'services', 'a', 'image') || err;
    };
    expect(await tag({})).toBe('x:dot');
    expect(await tag({}, '--env-file', 'one.env', '--env-file', 'two.env')).toBe('x:two1');
    expect(await tag({ COMPOSE_ENV_FILES: 'one.env,two.env' })).toBe('x:two1');
    expect(await tag({ COMPOSE_DISABLE_ENV_FILE: '1' })).toBe('x:none');
    expect(await tag({}, '--env-file', 'nope')).toBe("couldn't find env file: /w/nope\n");
  });
});

describe('env_file', () => {
  const compose = (more: string): string => `services:\n  a:\n    image: x\n${more}`;
  const run = (more: string, files: Record<string, string>, ...args: string[]) =>
    composeConfig({ files: { '/w/compose.yaml': compose(more), ...files }, env: { P: 'proc' } }, ...args);

  it('is read into the environment, which wins', async () => {
    const more = '    environment: {B: own, P: , Z: }\n    env_file: [a.env, b.env]\n';
    const { out } = await run(more, { '/w/a.env': 'A=1\nB=a\nC=$P$B', '/w/b.env': 'A=2\nD=$A' });
    expect(under(out, 'services', 'a', 'environment')).toBe('A: "2"\nB: own\nC: procown\nD: "2"\nP: proc\nZ: null');
    expect(out).not.toContain('env_file');
  });

  it('may be missing when it is not required, and may be raw', async () => {
    const more = '    env_file:\n      - {path: no.env, required: false}\n      - {path: raw.env, format: raw}\n';
    const { out } = await run(more, { '/w/raw.env': '# c\nA="x $P"\nP\n' });
    expect(under(out, 'services', 'a', 'environment')).toBe(`A: '"x $$P"'\nP: proc`);
    expect((await run('    env_file: no.env\n', {})).err).toBe(
      'env file /w/no.env not found: stat /w/no.env: no such file or directory\n',
    );
    expect((await run('    env_file: [{path: a.env, format: foo}]\n', { '/w/a.env': '' })).err).toBe(
      'unsupported env_file format "foo"\n',
    );
  });

  it('stays when it is not to be resolved', async () => {
    const { out } = await run('    env_file: a.env\n', { '/w/a.env': 'A=1' }, '--no-env-resolution');
    expect(under(out, 'services', 'a', 'environment')).toBe('');
  });
});
