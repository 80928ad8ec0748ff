import { isObject } from '../openai/extra-body.ts';
import type { Pace } from '../openai/pace.ts';
import { SharedFolder } from './shared-folder.ts';

const FILE = 'pace.json';

/**
 * Takes over what earlier calls of this worker know of how long its endpoints take.
 *
 * @returns what keeps it for later calls, at the end of this one.
 */
export async function sharePace(folder: string, pace: Pace): Promise<() => Promise<void>> {
  const shared = new SharedFolder(folder);
  pace.restore(parsed(await shared.read(FILE)));
  return () => shared.write(FILE, Buffer.from(JSON.stringify(pace.snapshot())));
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
