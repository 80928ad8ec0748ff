import { servedBy } from '../config/models.ts';
import type { Config } from '../config/schema.ts';
import type { Log } from '../observe/log.ts';
import type { ChatMemory } from '../openai/chat-learned.ts';
import { processRoutes } from '../openai/route-memory.ts';
import { sharedChatMemory } from './chat-memory.ts';
import { PhraseStore } from './phrase-cache.ts';
import { Primed } from './primed.ts';
import { SharedPace } from './shared-pace.ts';

/** What the calls of one process remember for each other, and keep in a folder for the other processes of their worker. */
export interface CallMemory {
  /** The sound of fixed phrases. */
  readonly phrases: PhraseStore;
  /** What was learned of the chat endpoint. */
  readonly chat: ChatMemory;
  /** What the chat model has read lately. */
  readonly primed: Primed;
  /** At the start of a call: takes over what calls of other processes have learned since. Never rejects. */
  refresh(): Promise<void>;
  /** Keeps what is known of how long the endpoints take. */
  keepPace(): Promise<void>;
}

/**
 * Made once in a process, before its first call; any number of calls may use it at the same time.
 *
 * @param folder - of this worker: `phraseFolder(pid of the worker)`.
 * @param log - of the process: what is learned holds for all of its calls.
 * @param sounds - where the sound of phrases is kept, beyond this worker.
 */
export async function openCallMemory(
  folder: string,
  config: Config,
  log: Log,
  sounds = folder,
): Promise<CallMemory> {
  const pace = new SharedPace(folder, processRoutes.pace);
  const [chat] = await Promise.all([sharedChatMemory(folder, servedBy(config, 'llm'), log), pace.refresh()]);
  return {
    chat,
    phrases: new PhraseStore(sounds),
    primed: new Primed(),
    async refresh() {
      await Promise.all([chat.refresh(), pace.refresh()]);
    },
    keepPace: () => pace.keep(),
  };
}
