import type { TurnResult } from './results.ts';

/** One line on the terminal's error stream; `passing` lines are replaced by the next on a terminal, left out of logs. */
export function showProgress(text: string, passing = false, out: NodeJS.WriteStream = process.stderr): void {
  if (out.isTTY) out.write(`\r\x1b[K${text}${passing ? '' : '\n'}`);
  else if (!passing) out.write(`${text}\n`);
}

/** How a turn went, in a few words. */
export function describeTurn(turn: TurnResult): string {
  const { voiceToVoiceMs, cutOff, lost, bargeIn, gapsMs, requests } = turn;
  const parts = [
    lost ? 'LOST' : voiceToVoiceMs === undefined ? '–' : `${Math.round(voiceToVoiceMs)} ms`,
    ...(cutOff ? [`CUT OFF (${cutOff})`] : []),
    ...(bargeIn
      ? [`stopped after ${rounded(bargeIn.stoppedMs)}, gave way after ${rounded(bargeIn.yieldedMs)}`]
      : []),
    ...(gapsMs.length > 0 ? [`gaps ${gapsMs.join(', ')} ms`] : []),
    ...(requests ? [`stt ${requests.stt.total} llm ${requests.llm.total} tts ${requests.tts.total}`] : []),
    `«${turn.text}» ${turn.voice}`,
  ];
  return parts.join(', ');
}

const rounded = (ms: number | undefined): string => (ms === undefined ? 'never' : `${Math.round(ms)} ms`);
