import { createHash } from 'node:crypto';
import type { Config } from '../config/schema.ts';
import type { Log } from '../observe/log.ts';
import { ChatMemory, type Learned } from '../openai/chat-learned.ts';
import { isObject } from '../openai/extra-body.ts';
import { SharedFolder } from './shared-folder.ts';

/** A memory that the processes of one worker share. */
export class SharedChatMemory extends ChatMemory {
  readonly #read: () => Promise<Learned>;

  constructor(read: () => Promise<Learned>, onChange: (learned: Learned) => void) {
    super({}, onChange);
    this.#read = read;
  }

  /** Takes over what other processes have learned since. */
  async refresh(): Promise<void> {
    this.takeOver(await this.#read());
  }
}

/**
 * What the calls of this worker learned of the chat endpoint so far; what is learned by it is kept for the others, and
 * logged: fields that the operator asked for may be among those that are left out from then on.
 */
export async function sharedChatMemory(
  folder: string,
  { baseUrl, model }: Pick<Config['llm'], 'baseUrl' | 'model'>,
  log: Log,
): Promise<SharedChatMemory> {
  const shared = new SharedFolder(folder);
  const name = `${createHash('sha256')
    .update(JSON.stringify([baseUrl, model]))
    .digest('hex')}.json`;
  const memory = new SharedChatMemory(
    async () => learnedFrom(await shared.read(name)),
    (learned) => {
      log.info({ model, learned }, 'learned how the chat endpoint is to be asked');
      void shared.write(name, Buffer.from(JSON.stringify(learned)));
    },
  );
  await memory.refresh();
  return memory;
}

/** Only we write there, whole files. */
function learnedFrom(bytes: Buffer | undefined): Learned {
  try {
    const json: unknown = JSON.parse(bytes?.toString() ?? '{}');
    return isObject(json) ? json : {};
  } catch {
    return {};
  }
}
