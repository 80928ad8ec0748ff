import type { KeptCall } from '../../src/dispatch/kept-calls.ts';
import type { Said } from '../../src/observe/conversation.ts';
import type { Persona } from '../../src/persona/persona.ts';

const persona: Persona = {
  ...{ name: 'default', description: '', hash: 'abc', file: 'default.md', instructions: 'You help.' },
  ...{
    allowInterruptions: true,
    variables: {},
    fillers: [],
    transferring: '-',
    transferFailed: '-',
    transferWaiting: '-',
    transferAccept: '-',
    transferStay: '-',
    onFailure: 'continue',
  },
  ...{
    goodbye: 'Bye.',
    stillThere: 'Hello?',
    apology: 'Sorry.',
    resumed: 'I was cut off.',
    here: 'Here.',
    unheard: '-',
  },
};

/** A call that broke off after these words. */
export function keptCall(words: readonly [Said['role'], string][] = []): KeptCall {
  const said = words.map(([role, piiText]) => ({ role, piiText, interrupted: false, createdAtMs: 1000 }));
  return {
    prompt: { persona, fixed: [persona.resumed] },
    conversation: { piiCaller: 'caller', startedAtMs: 500, turns: words.length >> 1, said },
  };
}
