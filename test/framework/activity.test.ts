import { initializeLogger, llm, voice } from '@livekit/agents';
import { beforeAll, expect, test } from 'vitest';
import { cancelPreparedAnswer, currentSpeechOf, dropWaiting } from '../../src/framework/activity.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'fatal' }));

/** A model that is asked and does not answer until it is given up. */
class SilentModel extends llm.LLM {
  readonly streams: SilentAnswer[] = [];
  label = () => 'silent';
  chat({ chatCtx }: { chatCtx: llm.ChatContext }): llm.LLMStream {
    const answer = new SilentAnswer(this, {
      chatCtx,
      connOptions: { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 1000 },
    });
    this.streams.push(answer);
    return answer;
  }
}

class SilentAnswer extends llm.LLMStream {
  protected override run(): Promise<void> {
    return new Promise((resolve) => this.abortController.signal.addEventListener('abort', () => resolve()));
  }
  get isGivenUp(): boolean {
    return this.abortController.signal.aborted;
  }
}

async function started(model: llm.LLM): Promise<voice.AgentSession> {
  const session = new voice.AgentSession({
    llm: model,
    vad: null,
    turnHandling: { turnDetection: 'manual' },
  });
  await session.start({ agent: new voice.Agent({ instructions: 'Answer.' }), record: false });
  return session;
}

test('agents tells which speech is said now, and whether it may be interrupted', async () => {
  const model = new SilentModel();
  const session = await started(model);
  expect(currentSpeechOf(session)).toBeUndefined();
  const speech = session.generateReply({ userInput: 'Hello', allowInterruptions: false });
  await expect.poll(() => currentSpeechOf(session) === speech).toBe(true);
  expect(currentSpeechOf(session)?.allowInterruptions).toBe(false);
  model.streams[0]?.close();
  await session.close();
});

test('agents drops an answer that was prepared when it is told to', async () => {
  const model = new SilentModel();
  const session = await started(model);
  session._activity?.onPreemptiveGeneration({
    newTranscript: 'Hello',
    transcriptConfidence: 1,
    startedSpeakingAt: undefined,
  });
  await expect.poll(() => model.streams.length).toBe(1);
  expect(model.streams[0]?.isGivenUp).toBe(false);
  cancelPreparedAnswer(session);
  await expect.poll(() => model.streams[0]?.isGivenUp).toBe(true);
  await session.close();
});

test('agents leaves what waits behind a speech that may not be interrupted, until it is dropped', async () => {
  const model = new SilentModel();
  const session = await started(model);
  const notice = session.generateReply({ userInput: 'Hello', allowInterruptions: false });
  await expect.poll(() => currentSpeechOf(session) === notice).toBe(true);
  const [greeting, question, after] = [true, false, true].map((allowInterruptions) =>
    session.generateReply({ userInput: 'Hello', allowInterruptions }),
  );
  const dropped = () => [notice, greeting, question, after].map((speech) => speech?.interrupted);
  expect(() => session.interrupt()).toThrow('does not allow interruptions');
  expect(dropped()).toEqual([false, false, false, false]);
  dropWaiting(session);
  expect(dropped()).toEqual([false, true, false, false]);
  for (const stream of model.streams) stream.close();
  await session.close();
});

test('a session that is not started says and prepares nothing', () => {
  const session = new voice.AgentSession({ vad: null });
  expect(currentSpeechOf(session)).toBeUndefined();
  expect(() => cancelPreparedAnswer(session)).not.toThrow();
  expect(() => dropWaiting(session)).not.toThrow();
});
