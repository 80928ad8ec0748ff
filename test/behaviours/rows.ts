import { FAULT_ROWS } from './fault-rows.ts';
import type { Row } from './row.ts';

const none = '–';

/**
 * Every behaviour that `calls/` proves in a call with real audio. `write-docs.ts` makes the table of
 * `src/call/README.md` of it; a row without a test, or a test without a row, fails.
 */
export const ROWS = {
  'tools refused': {
    injected: 'a server that refuses `tools: []`, as vLLM does from 0.20 on',
    heard: 'the answer',
    event: none,
    metric: none,
  },
  'roles must alternate': {
    injected:
      'a chat template that wants user and assistant by turns, user first, one system message first; a greeting was spoken',
    heard: 'the answer, at the first request',
    event: none,
    metric: none,
  },
  'no system role': {
    injected: 'a chat template without a system role (Gemma 2)',
    heard: 'the answer',
    event: none,
    metric: none,
  },
  'user message required': {
    injected: 'a chat template that wants a user message (Qwen3.5); the prompt lets the model greet',
    heard: 'the greeting, then the answer',
    event: none,
    metric: none,
  },
  'older field names': {
    injected: 'a server that does not know `max_completion_tokens`; the prompt has `max_tokens`',
    heard: 'the answer',
    event: none,
    metric: none,
  },
  'refused with a reason': {
    injected: 'a server that refuses every request and quotes all of it',
    heard: 'the apology',
    event: '`endpoint failed` with the server’s reason, none of the caller’s words',
    metric: '`voice_agent_endpoint_errors_total{endpoint="llm",failure="status"}`',
  },
  'odd chunks': {
    injected:
      'a stream with a blank line first, `delta: null`, `choices: null`, `choices: []`, a chunk that is no JSON',
    heard: 'the whole answer',
    event: none,
    metric: none,
  },
  'thoughts in the text': {
    injected: '`<think>` … `</think>` before the answer; harmony’s channels; a special token after it',
    heard: 'the answer alone; the history has nothing else either',
    event:
      '`the chat model thinks before it answers: the caller waits meanwhile`, with the setting that turns thinking off',
    metric: none,
  },
  'thoughts without a beginning': {
    injected: 'thoughts that only `</think>` ends, in each answer',
    heard: 'from the second answer on, the answer alone',
    event: '`the chat model thinks before it answers: the caller waits meanwhile`',
    metric: none,
  },
  'only thoughts, then an answer': {
    injected: 'a model that thinks until its limit, unless it is asked not to',
    heard: 'the answer, of a second request with thinking off',
    event: none,
    metric: none,
  },
  'nothing to say': {
    injected:
      '«!!!», an emoji, only `[DONE]`, a role and the end, thoughts until the limit, a tool that nobody offered',
    heard: 'the apology, after two requests at most',
    event: '`turn without sound` with the cause; the page is told that no answer could be given',
    metric: '`voice_agent_turns_without_sound_total{reason}`',
  },
  'dead endpoints': {
    injected: 'TTS, then LLM, then STT fail, from the second turn on',
    heard: 'the apology within 8 s, kept from the start of the call',
    event: '`endpoint failed`, `turn without sound`',
    metric: '`voice_agent_turns_without_sound_total{reason}` with `tts`, `llm`, `stt`',
  },
  'slow transcription': {
    injected: 'an STT that takes 25 s',
    heard:
      'the apology within 8 s, then the answer, to a text that came once; of two requests the first time, then of one',
    event: none,
    metric: none,
  },
  'slow voice': {
    injected: 'a TTS whose first byte takes 7 s, from the start of the call',
    heard: 'the greeting, of one request; the other phrases are fetched after it',
    event: none,
    metric: none,
  },
  'requests that hang': {
    injected: 'one request of STT, LLM and TTS each is never answered',
    heard: 'every answer; the apology before it where it takes longer than 8 s',
    event: none,
    metric: none,
  },
  'requests that never end': {
    injected: 'TTS, then LLM, then STT never answer, from the second turn on; nothing else is heard of them',
    heard: 'a filler of the prompt after 1.8 s, a tone, the apology within 8 s; no silence of 3 s',
    event: '`filler`, `apology`; `call ended` with `deadAirMs`',
    metric: '`voice_agent_covers_total{what,sound}`; `voice_agent_dead_air_turns_total` stands',
  },
  'late answer': {
    injected: 'an LLM whose first token takes 4.5 s',
    heard: 'a filler, then the answer; the history has the answer alone',
    event: '`filler`',
    metric: '`voice_agent_covers_total{what="filler"}`',
  },
  'no voice since the start': {
    injected: 'a TTS that refuses everything, and has never spoken',
    heard: 'a tone within 2.5 s; the apology can be read on the page',
    event: '`endpoint failed`, `turn without sound`, `apology` with `sound: tone`',
    metric: '`voice_agent_covers_total{what="apology",sound="tone"}`',
  },
  'sound described': {
    injected:
      'noises that the recogniser writes as `[BLANK_AUDIO]`, `♪♪`, one phrase 40 times, the closing of a video',
    heard: 'nothing; then the answer to a question',
    event: '`transcript dropped` at debug, with the reason',
    metric: '`voice_agent_transcripts_dropped_total{reason}`',
  },
  'sound described over the agent': {
    injected: 'a noise over the agent’s voice, written as `[Music]`',
    heard: 'the answer, which goes on where it stopped',
    event: '`transcript dropped` at debug, with the reason',
    metric: '`voice_agent_transcripts_dropped_total{reason="annotation"}`',
  },
  'sound described beside words': {
    injected: 'a question written as `[Music] … (coughs)`',
    heard: 'the answer; the model is asked the words alone',
    event: none,
    metric: none,
  },
  thanks: {
    injected: 'a clear «Thank you.», which is also what recognisers write over silence',
    heard: 'the answer',
    event: none,
    metric: none,
  },
  ...FAULT_ROWS,
  'wrong sample rate': {
    injected: 'a TTS that answers 16 kHz where 24 kHz was asked for, and says so',
    heard: 'the answer, at its pitch',
    event: none,
    metric: none,
  },
  'connection refused': {
    injected: 'an LLM at a port where nothing listens',
    heard: 'the apology within 8 s',
    event: '`endpoint failed`: nothing listens there; `turn without sound`',
    metric: '`voice_agent_endpoint_errors_total{endpoint="llm",failure="connect"}`',
  },
  'no such name': {
    injected: 'an LLM whose host name has no address',
    heard: 'the apology within 8 s',
    event: '`endpoint failed`: the name cannot be resolved; `turn without sound`',
    metric: '`voice_agent_endpoint_errors_total{endpoint="llm",failure="connect"}`',
  },
  'TLS failure': {
    injected: 'an LLM with an https URL, served by plain HTTP',
    heard: 'the apology within 8 s',
    event: '`endpoint failed`: a plain http port; `turn without sound`',
    metric: '`voice_agent_endpoint_errors_total{endpoint="llm",failure="connect"}`',
  },
  'transcription hangs over the agent': {
    injected: 'an STT that takes 20 s, and a noise over the agent’s voice',
    heard: 'the answer, which goes on within `BARGE_IN_HOLD_MS` where it stopped',
    event: '`speech over the agent brought no words: the voice goes on` at debug',
    metric: '`voice_agent_holds_expired_total`',
  },
  'realtime refused': {
    injected: '`STT_MODE=realtime`, and a server that refuses the WebSocket',
    heard: 'the answer',
    event: '`realtime transcription does not work: batch for the rest of this call`, once',
    metric: '`voice_agent_endpoint_errors_total{endpoint="stt"}`',
  },
} as const satisfies Record<string, Row>;

export type RowName = keyof typeof ROWS;
