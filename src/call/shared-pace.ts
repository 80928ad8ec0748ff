import { isObject } from '../openai/extra-body.ts';
import type { Pace } from '../openai/pace.ts';
import { SharedFolder } from './shared-folder.ts';

const FILE = 'pace.json';

/** What the calls of a worker know of how long its endpoints take, in a file that its processes share. */
export class SharedPace {
  readonly #folder: SharedFolder;
  readonly #pace: Pace;

  constructor(folder: string, pace: Pace) {
    this.#folder = new SharedFolder(folder);
    this.#pace = pace;
  }

  /** Takes over what calls of other processes have learned since. Never rejects. */
  async refresh(): Promise<void> {
    this.#pace.restore(parsed(await this.#folder.read(FILE)));
  }

  /** Keeps what is known now for later calls. Never rejects. */
  keep(): Promise<void> {
    return this.#folder.write(FILE, Buffer.from(JSON.stringify(this.#pace.snapshot())));
  }
}

/** Only we write there, whole files. */
function parsed(bytes: Buffer | undefined): ReturnType<Pace['snapshot']> {
  try {
    const json: unknown = JSON.parse(bytes?.toString() ?? '{}');
    return isObject(json) ? (json as ReturnType<Pace['snapshot']>) : {};
  } catch {
    return {};
  }
}
