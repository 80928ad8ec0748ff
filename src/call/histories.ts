import { llm, type voice } from '@livekit/agents';
import { isRunning } from '../framework/activity.ts';

/** Callers of one room whose words are put away, the latest; strangers could come and go without end. */
const MOST = 4;

/**
 * Whose words the model is told. When another caller is served, those of the one before are put away: nobody is told what
 * others said. Whoever is served again has theirs back.
 */
export class Histories {
  readonly #session: voice.AgentSession;
  readonly #kept = new Map<string, llm.ChatContext>();
  #changing = Promise.resolve();

  constructor(session: voice.AgentSession) {
    this.#session = session;
  }

  /**
   * Breaks off what is being said and understood. One change after the other.
   *
   * @param before - the caller so far (`whoIs`).
   * @param next - the one to come; the same where a phone has called again.
   */
  change(before: string, next: string): Promise<void> {
    this.#changing = this.#changing.then(() => this.#change(before, next));
    return this.#changing;
  }

  async #change(before: string, next: string): Promise<void> {
    const session = this.#session;
    if (!isRunning(session)) return;
    session.clearUserTurn();
    // What was heard of an answer is added to the words as it ends.
    await session.interrupt({ force: true }).await;
    const agent = session.currentAgent;
    this.#kept.delete(before);
    this.#kept.set(before, agent.chatCtx.copy());
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest);
    await agent.updateChatCtx(this.#kept.get(next) ?? llm.ChatContext.empty());
  }
}
