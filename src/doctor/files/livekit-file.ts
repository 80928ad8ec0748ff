import { type Path, pathText, valueAt } from '../tree.ts';
import type { Remark } from './remark.ts';
import type { YamlText } from './yaml-text.ts';

/** A configuration of livekit-server whose keys and kinds are right, as rules ask it. */
export class LiveKitFile {
  readonly #text: YamlText;
  readonly remarks: Remark[] = [];

  constructor(text: YamlText) {
    this.#text = text;
  }

  /** The value at `path`, `undefined` where there is none. */
  get(...path: Path): unknown {
    return valueAt(this.#text.value, path);
  }

  /** 0 where there is no number. */
  number(...path: Path): number {
    const value = this.get(...path);
    return typeof value === 'number' ? value : 0;
  }

  /** Empty where there is no text. */
  text(...path: Path): string {
    const value = this.get(...path);
    return value === undefined || value === null ? '' : String(value);
  }

  /** Whether it is `true`, or one of YAML 1.1's words for it. */
  isOn(...path: Path): boolean {
    return ['true', 'y', 'Y', 'yes', 'on'].includes(this.text(...path));
  }

  /** Empty where there is no list. */
  list(...path: Path): unknown[] {
    const value = this.get(...path);
    return Array.isArray(value) ? value : [];
  }

  warn(path: Path, happens: string, fix: string): void {
    this.#remark('warn', path, happens, fix);
  }

  fail(path: Path, happens: string, fix: string): void {
    this.#remark('fail', path, happens, fix);
  }

  #remark(verdict: Remark['verdict'], path: Path, happens: string, fix: string): void {
    this.remarks.push({ verdict, line: this.#text.lineOf(path), key: pathText(path), happens, fix });
  }
}
