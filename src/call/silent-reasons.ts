import type { EndpointName } from '../errors.ts';
import type { SilentReason } from '../observe/call-events.ts';

interface Explanation {
  /** Where to look. */
  endpoint: EndpointName;
  what: string;
  hint?: string;
}

const ITS_LOG = 'The line «endpoint failed» before this one says why.';
const EXPLANATIONS: Record<SilentReason, Explanation> = {
  stt: { endpoint: 'stt', what: 'what the caller said could not be transcribed', hint: ITS_LOG },
  llm: { endpoint: 'llm', what: 'the model gave no answer', hint: ITS_LOG },
  tts: { endpoint: 'tts', what: 'the answer could not be spoken', hint: ITS_LOG },
  thoughts: {
    endpoint: 'llm',
    what: 'the model thought and said nothing, without thinking too',
    hint: 'Turn thinking off at the server, or give the prompt a larger max_tokens.',
  },
  'unknown-tool': {
    endpoint: 'llm',
    what: 'the model called a tool that nobody offered, and said nothing',
    hint: 'Check what the prompt says of tools, and the tool parser of the server.',
  },
  unspeakable: {
    endpoint: 'llm',
    what: 'the answer has no word in it: marks, links or code only',
    hint: 'Tell the model in the prompt that its answers are spoken.',
  },
  empty: {
    endpoint: 'llm',
    what: 'the model ended its answer without a word',
    hint: 'Check that the server has the chat template of this model.',
  },
  unknown: { endpoint: 'tts', what: 'nothing failed, and nothing was heard' },
};

/** What operators are told of a turn without sound. */
export function explain(reason: SilentReason): Explanation {
  return EXPLANATIONS[reason];
}
