import { type ParticipantInfo, ParticipantInfo_Kind } from '@livekit/protocol';
import { AppError, messageOf } from '../../errors.ts';
import { voicedExtent } from '../../probe/measure.ts';
import { decodeWav, durationMs } from '../../probe/wav.ts';
import type { OutsideCheck, OutsideMeans } from './context.ts';
import { NO_WEBRTC } from './join-relay.ts';
import { askWithCredential } from './page-token.ts';
import { joinByRelay } from './room/join.ts';
import type { RelayedRoom } from './room/room.ts';
import { readSentence } from './sentence.ts';

const AGENT_WITHIN_MS = 15_000;
/** A greeting is spoken first. */
const LISTENS_WITHIN_MS = 20_000;
const ANSWER_WITHIN_MS = 15_000;
const STATE_ATTRIBUTE = 'lk.agent.state';
const EVENT_TOPIC = 'voice-agent.event';

/** A sentence is spoken through the relay, and the agent's answer is heard. The call is counted nowhere. */
export const conversation: OutsideCheck = {
  id: 'conversation',
  proves: 'the agent hears a sentence and answers',
  // Whichever way to the relay works is taken.
  needs: ['ice-servers'],
  after: ['join-relay-udp', 'join-relay-tcp', 'join-relay-tls', 'relay-loss'],
  deadlineMs: 60_000,
  async run(means) {
    const webrtc = await means.webrtc();
    if (!webrtc) return NO_WEBRTC;
    const turn = means.seen.works?.[0];
    if (!turn) return { verdict: 'skip', cause: 'no way to the relay carries sound (join-relay-…)' };
    const call = await askForCall(means);
    if (call.notice !== undefined)
      return {
        verdict: 'skip',
        cause: `the page says: ${call.notice} The check takes no line from a caller.`,
      };
    const startedAtMs = performance.now();
    const room = await joinByRelay(webrtc, { ...call, turn, signal: means.signal });
    // Who leaves on purpose ends the call, and so gives its slot back.
    means.atEnd(room.leave);
    const finding = await converse(room, startedAtMs);
    await room.leave();
    return finding;
  },
};

interface Call {
  url: string;
  token: string;
  /** All lines are busy. */
  notice?: string;
}

async function askForCall(means: OutsideMeans): Promise<Call> {
  const answer = (await askWithCredential(means, 'api/token', { check: true })) as Partial<Call>;
  const { url, token, notice } = answer;
  if (typeof url !== 'string' || typeof token !== 'string')
    throw new AppError('the page gives no token for a call');
  return { url, token, ...(notice !== undefined && { notice }) };
}

async function converse(room: RelayedRoom, startedAtMs: number): Promise<string> {
  const events: Record<string, unknown>[] = [];
  room.onData((payload, topic) => {
    const event = topic === EVENT_TOPIC ? parseEvent(payload) : undefined;
    if (event) events.push(event);
  });
  await untilAgent(room);
  await untilListening(room, events);
  const listensMs = Math.round(performance.now() - startedAtMs);
  const sound = decodeWav(await readSentence());
  const endedAtMs = await room.mouth.speak(sound);
  const lastWordAtMs = endedAtMs - durationMs(sound) + (voicedExtent(sound)?.endMs ?? durationMs(sound));
  const answerAtMs = await room
    .until('the agent to answer', () => room.ear.heard.speechAfter(lastWordAtMs), ANSWER_WITHIN_MS)
    .catch(() => {
      throw unanswered(events);
    });
  // What is heard then is its apology.
  const failure = failureOf(events);
  if (failure) throw failure;
  const turn = await room
    .until('the times of the turn', () => events.find(({ type }) => type === 'turn'), 2000)
    .catch(() => undefined);
  const parts = partsOf(turn);
  return [
    `sound both ways after ${Math.round(room.setUpMs)} ms, the agent listened by ${listensMs} ms`,
    `answer heard ${Math.round(answerAtMs - lastWordAtMs)} ms after the last word`,
    ...(parts ? [parts] : []),
  ].join('\n');
}

const agentIn = ({ others }: RelayedRoom): ParticipantInfo | undefined =>
  [...others.values()].find(({ kind }) => kind === ParticipantInfo_Kind.AGENT);

async function untilAgent(room: RelayedRoom): Promise<void> {
  await room
    .until('an agent', () => agentIn(room), AGENT_WITHIN_MS)
    .catch(() => {
      throw new AppError(`no agent came within ${AGENT_WITHIN_MS / 1000} s`, {
        hint: 'see that workers run and are registered (kubectl get pods; their /readyz), that page and worker have the same AGENT_NAME, and that a call slot is free',
      });
    });
}

async function untilListening(room: RelayedRoom, events: readonly Record<string, unknown>[]): Promise<void> {
  const isListening = () => agentIn(room)?.attributes[STATE_ATTRIBUTE] === 'listening';
  await room.until('the agent to listen', isListening, LISTENS_WITHIN_MS).catch((error) => {
    throw (
      failureOf(events) ??
      new AppError(`the agent joined, but does not listen: ${messageOf(error)}`, {
        hint: 'read the log of the worker: the host process is busy or its pipeline does not start',
      })
    );
  });
}

function unanswered(events: readonly Record<string, unknown>[]): AppError {
  return (
    failureOf(events) ??
    new AppError(`the agent listened, and was not heard within ${ANSWER_WITHIN_MS / 1000} s`, {
      hint: 'run check inside (kubectl exec deploy/… -- node dist/main.js check): transcription, chat and speech say which model does not answer',
    })
  );
}

/** What the agent itself said of a failure: which endpoint, never what anybody said. */
function failureOf(events: readonly Record<string, unknown>[]): AppError | undefined {
  const error = events.find(({ type }) => type === 'error');
  if (!error) return undefined;
  const hint = `run check inside (kubectl exec deploy/… -- node dist/main.js check): it says what to do about ${error.endpoint}`;
  return new AppError(`the agent says: ${error.message}`, { hint });
}

const PARTS = ['pauseMs', 'sttMs', 'holdMs', 'llmTtftMs', 'clauseMs', 'ttsTtfbMs', 'readyMs'] as const;

/** Where the time went, as the agent measured it. */
function partsOf(turn: Record<string, unknown> | undefined): string | undefined {
  const parts = turn?.parts;
  if (typeof parts !== 'object' || parts === null) return undefined;
  const measured = parts as Record<string, unknown>;
  return PARTS.flatMap((name) =>
    typeof measured[name] === 'number' ? `${name.replace('Ms', '')} ${Math.round(measured[name])}` : [],
  ).join(' → ');
}

function parseEvent(payload: Uint8Array): Record<string, unknown> | undefined {
  try {
    const event: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof event === 'object' && event !== null ? (event as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
