import { isObject, type JsonObject } from '../../openai/extra-body.ts';
import { type Path, valueAt } from '../tree.ts';

/** An object of Kubernetes, from a file or from a cluster, as rules ask it. */
export class Manifest {
  readonly value: JsonObject;
  readonly kind: string;
  readonly name: string;
  /** Empty where it says none: then any may be meant. */
  readonly namespace: string;
  readonly #place: (path: Path) => string;

  /** @param place - says where a part of it stands: file and line, or the object's name. */
  constructor(value: JsonObject, place: (path: Path) => string) {
    this.value = value;
    this.#place = place;
    this.kind = this.text('kind');
    this.name = this.text('metadata', 'name');
    this.namespace = this.text('metadata', 'namespace');
  }

  at(path: Path): string {
    return this.#place(path);
  }

  /** The value at `path`, `undefined` where there is none. */
  get(...path: Path): unknown {
    return valueAt(this.value, path);
  }

  /** Empty where there is nothing. */
  text(...path: Path): string {
    const value = this.get(...path);
    return value === undefined || value === null ? '' : String(value);
  }

  /** 0 where there is no number. */
  number(...path: Path): number {
    const value = this.get(...path);
    return typeof value === 'number' ? value : 0;
  }

  /** Empty where there is no list. */
  list(...path: Path): unknown[] {
    const value = this.get(...path);
    return Array.isArray(value) ? value : [];
  }

  /** Empty where there is no set of keys; numbers and booleans as text. */
  texts(...path: Path): Readonly<Record<string, string>> {
    const value = this.get(...path);
    if (!isObject(value)) return {};
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, String(one ?? '')]));
  }

  get annotations(): Readonly<Record<string, string>> {
    return this.texts('metadata', 'annotations');
  }
}

/** Whether an object in namespace `b` can be what is meant in namespace `a`; where one says none, it can. */
export function isSameNamespace(a: string, b: string): boolean {
  return a === b || a === '' || b === '';
}
