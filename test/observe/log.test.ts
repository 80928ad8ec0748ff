import { expect, test } from 'vitest';
import { createLog, type LogOptions } from '../../src/observe/log.ts';

function linesOf(
  options: Pick<LogOptions, 'level' | 'pii'>,
  write: (log: ReturnType<typeof createLog>) => void,
) {
  const lines: string[] = [];
  write(createLog({ ...options, destination: { write: (line) => lines.push(line) } }));
  return lines.map((line) => JSON.parse(line));
}

test('personal fields are dropped at info, in lines and in child bindings', () => {
  const [line] = linesOf({ level: 'info', pii: false }, (log) =>
    log
      .child({ pii_caller: 'Aisyah', callId: 'a' })
      .info({ 'lk.pii.room': 'r', pii_text: 'x', ok: 1 }, 'said'),
  );
  expect(line).toMatchObject({ callId: 'a', ok: 1, msg: 'said', level: 'info' });
  expect(Object.keys(line).filter((key) => key.includes('pii'))).toEqual([]);
});

test('personal fields are kept at debug, and at info when asked for', () => {
  for (const options of [{ level: 'debug', pii: false } as const, { level: 'info', pii: true } as const]) {
    const [line] = linesOf(options, (log) => log.info({ pii_text: 'hello' }, 'said'));
    expect(line.pii_text).toBe('hello');
  }
});

test('a key that merely contains the letters is not personal', () => {
  const [line] = linesOf({ level: 'info', pii: false }, (log) => log.info({ apiint: 1, piing: 2 }, 'kept'));
  expect(line).toMatchObject({ apiint: 1, piing: 2 });
});
