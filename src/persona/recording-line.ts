import type { Persona } from './persona.ts';

const LINES = {
  en: {
    on: 'This call is recorded.',
    ask: 'May I record this call? Please say yes or no.',
  },
  ms: {
    on: 'Panggilan ini dirakam.',
    ask: 'Boleh saya rakam panggilan ini? Sila jawab ya atau tidak.',
  },
};

/** What is said before a call is kept: the prompt's own `recording_notice`, or the stock line of its language. */
export function recordingLine({ recordingNotice, language }: Persona, mode: 'on' | 'ask'): string {
  return recordingNotice ?? (/^ms\b/i.test(language ?? '') ? LINES.ms : LINES.en)[mode];
}
