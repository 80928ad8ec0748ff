import { isIP } from 'node:net';
import { type Path, pathText } from '../tree.ts';
import { isList, LIVEKIT, placesOf, type Shape } from './keys.ts';
import type { Remark } from './remark.ts';
import type { YamlText } from './yaml-text.ts';

/**
 * Keys and kinds as livekit-server reads them: it decodes strictly, so that one unknown key or one wrong value ends it
 * at its start (`KnownFields` of gopkg.in/yaml.v3, whose own leniency this follows). With `--disable-strict-config`,
 * which LiveKit's Helm chart sets, unknown keys are only ignored.
 */
export function judgeShape(text: YamlText, { isStrict = true } = {}): Remark[] {
  const remarks: Remark[] = [];
  const refuse = (path: Path, happens: string, fix: string, verdict: Remark['verdict'] = 'fail') =>
    remarks.push({ verdict, line: text.lineOf(path), key: pathText(path), happens, fix });
  visit(text.value, LIVEKIT.keys, []);
  return remarks;

  function visit(value: unknown, shape: Shape, path: Path): void {
    if (value === null || value === undefined) return;
    if (typeof shape === 'string') {
      const wanted = wrongKind(value, shape, path);
      if (wanted) refuse(path, `${NO_START}: ${named(value)} is not ${wanted}`, `write ${wanted}`);
    } else if (isList(shape)) {
      if (!Array.isArray(value))
        refuse(path, `${NO_START}: this is not a list`, `${String(path.at(-1))}:\n  - …`);
      else for (const [index, item] of value.entries()) visit(item, shape[0], [...path, index]);
    } else if (typeof value !== 'object' || Array.isArray(value)) {
      refuse(path, `${NO_START}: this is not a set of keys`, `keys are ${keysOf(shape)}`);
    } else {
      for (const [key, inside] of Object.entries(value)) {
        const known = insideOf(shape, key);
        if (known !== undefined) visit(inside, known, [...path, key]);
        else if (isStrict)
          refuse([...path, key], `${NO_START}: it knows no key ${key} here`, placeFor(key, path, shape));
        else if (!CHART_KEYS.has(key)) {
          refuse([...path, key], `livekit-server ignores ${key} here`, placeFor(key, path, shape), 'warn');
        }
      }
    }
  }
}

const NO_START = 'livekit-server does not start';

/** Of `livekit.turn` in the values of LiveKit's Helm chart: they are the chart's, and mean nothing to the server. */
const CHART_KEYS = new Set(['secretName', 'loadBalancerAnnotations', 'serviceType']);

function insideOf(shape: Exclude<Shape, string | readonly [Shape]>, key: string): Shape | undefined {
  return Object.hasOwn(shape, key) ? shape[key] : shape['*'];
}

/** Lists and sets of keys are not shown: they may hold secrets. */
function named(value: unknown): string {
  return typeof value === 'object' ? 'this' : JSON.stringify(value);
}

/** Where the key belongs, or which are there. */
function placeFor(key: string, path: Path, shape: Shape): string {
  const elsewhere = placesOf(key);
  if (elsewhere.length > 0 && elsewhere.length < 4)
    return `move it: ${key} stands at ${elsewhere.join(', ')}`;
  const where = path.length === 0 ? 'the top level' : pathText(path);
  return `remove it; ${where} has ${keysOf(shape)}`;
}

const MOST_KEYS = 12;

function keysOf(shape: Shape): string {
  const keys = typeof shape === 'object' && !isList(shape) ? Object.keys(shape) : [];
  const more = keys.length > MOST_KEYS ? `, … (${keys.length})` : '';
  return `${keys.slice(0, MOST_KEYS).join(', ')}${more}`;
}

/** What it should be, or `undefined` when livekit-server takes it. */
function wrongKind(value: unknown, kind: string, path: Path): string | undefined {
  if (kind === 'text' || kind === 'any') return wrongText(value, String(path.at(-1)));
  if (typeof value === 'object') return `a ${kind}`;
  if (kind === 'string') return undefined;
  if (kind === 'bool') return isBool(value) ? undefined : 'true or false';
  if (kind === 'duration') return isDuration(value) ? undefined : 'a time such as 500ms or 10s';
  if (kind.startsWith('float')) return typeof value === 'number' ? undefined : 'a number';
  const [least, most] = boundsOf(kind);
  const fits = typeof value === 'number' && Math.trunc(value) >= least && value <= most;
  return fits ? undefined : `a whole number from ${least} to ${most}`;
}

/** YAML 1.1's words are taken where a truth value is wanted. */
function isBool(value: unknown): boolean {
  return typeof value === 'boolean' || ['y', 'Y', 'yes', 'on', 'n', 'N', 'no', 'off'].includes(String(value));
}

/** As Go's `time.ParseDuration`; a number without a unit is refused. */
function isDuration(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  return value === '0' || /^[-+]?(\d{1,18}(\.\d{0,9})?(ns|us|µs|ms|s|m|h)){1,8}$/.test(String(value));
}

function boundsOf(kind: string): [number, number] {
  const isSigned = kind.startsWith('int');
  const bits = Number(kind.replace(/\D/g, '')) || 64;
  const most = 2 ** (isSigned ? bits - 1 : bits) - 1;
  return [isSigned ? -(2 ** (bits - 1)) : 0, Math.min(most, Number.MAX_SAFE_INTEGER)];
}

/** The two that have a form of their own. */
function wrongText(value: unknown, key: string): string | undefined {
  if (key === 'udp_port') {
    const [, start, end] = /^(\d{1,5})(?: ?- ?(\d{1,5}))?$/.exec(String(value)) ?? [];
    if (start === undefined) return 'a port, or a range such as 7882-7892';
    return end !== undefined && Number(end) <= Number(start) ? 'a range from low to high' : undefined;
  }
  if (key !== 'node_ip') return undefined;
  const addresses = String(value).split(',');
  const areValid = addresses.length <= 2 && addresses.every((one) => isIP(one.trim()) !== 0);
  return areValid ? undefined : 'an IP address, or one IPv4 and one IPv6 with a comma';
}
