import type { CallRecord } from './call-record.ts';
import type { Summary } from './summary.ts';

/** What was said in a call. */
export interface Transcript {
  readonly callId: string;
  readonly caller: string;
  readonly prompt: string;
  readonly promptHash: string;
  readonly startedAt: string;
  /** In the order in which it began. */
  readonly lines: readonly {
    readonly who: 'caller' | 'agent';
    readonly text: string;
    /** Milliseconds since the call's start, as in the recording. */
    readonly fromMs: number;
    readonly toMs: number;
    readonly at: string;
    /** It was cut off: the text is what was heard of it. */
    readonly interrupted: boolean;
  }[];
}

export function transcriptOf({ started, lines }: CallRecord, summary: Summary): Transcript {
  const { callId, caller, prompt, promptHash, startedAt } = summary;
  const startMs = started?.atMs ?? 0;
  const inOrder = [...lines].sort((a, b) => a.fromMs - b.fromMs);
  return {
    ...{ callId, caller, prompt, promptHash, startedAt },
    lines: inOrder.map(({ who, text, fromMs, toMs, interrupted }) => ({
      ...{ who, text, interrupted },
      fromMs: Math.max(0, Math.round(fromMs - startMs)),
      toMs: Math.max(0, Math.round(toMs - startMs)),
      at: new Date(fromMs).toISOString(),
    })),
  };
}

/** The same to be read: `00:03.2 caller: …`. */
export function readable({ callId, caller, prompt, promptHash, startedAt, lines }: Transcript): string {
  const head = `call ${callId}, ${startedAt}, caller ${caller}, prompt ${prompt}@${promptHash}`;
  const body = lines.map(
    ({ fromMs, who, text, interrupted }) =>
      `${minutes(fromMs)} ${who}: ${text.replaceAll(/\s+/g, ' ')}${interrupted ? ' […]' : ''}`,
  );
  return `${[head, '', ...body].join('\n')}\n`;
}

function minutes(ms: number): string {
  const tenths = Math.floor(ms / 100);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(tenths / 600))}:${two(Math.floor(tenths / 10) % 60)}.${tenths % 10}`;
}
