import { BOUNDS } from '../bounds.ts';
import type { EndpointError } from '../errors.ts';
import { excerpt, fault, type Target } from './fault.ts';

/** The fault of a text that nobody can have said in so short a sound; `characters` of it so far. */
export function unsayable(target: Target, characters: number, soundMs: number): EndpointError | undefined {
  const { transcriptCharacters: always, transcriptCharactersPerSecond: perSecond } = BOUNDS;
  const most = Math.ceil(always + (soundMs / 1000) * perSecond);
  if (characters <= most) return undefined;
  const seconds = (soundMs / 1000).toFixed(1);
  return fault(target, 'invalid', `answered more than ${most} characters for ${seconds} s of sound`, {
    hint: 'The model repeats itself without end, or this is no transcriber: check the model.',
  });
}

/** @param body - the answer. */
export function noText(target: Target, body: string): EndpointError {
  const said = excerpt(body, target);
  return fault(target, 'invalid', `answered no transcript${said === '' ? '' : `: ${said}`}`, {
    hint: 'It must answer JSON with a transcript: check the model, and the log of the server.',
  });
}
