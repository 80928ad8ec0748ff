import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const MODULE = fileURLToPath(new URL('../../src/host/', import.meta.url));

/** In a process of its own: vitest has handlers of its own for what nobody caught. */
const PROGRAM = `
  import { EventEmitter } from 'node:events';
  import { currentCall, runInCall } from '${MODULE}call-context.ts';
  import { watchFaults } from '${MODULE}faults.ts';
  watchFaults(({ error, how }) => console.log([currentCall()?.jobId, how, error.message].join(', ')));
  const inCall = (jobId, work) => runInCall({ jobId, log: undefined }, work);
  const fail = (text) => { throw new Error(text); };
  const room = new EventEmitter();
  inCall('A', () => setTimeout(fail, 1, 'a timer'));
  inCall('B', () => void (async () => { await new Promise(setImmediate); fail('a stage'); })());
  inCall('C', () => setImmediate(() => room.emit('gone')));
  room.on('gone', () => fail('a listener'));
  setTimeout(fail, 20, 'nobody');
  setTimeout(() => console.log('still alive'), 40);
`;

test('what nobody caught belongs to the call in which it was started, and the process lives on', async () => {
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const lines = stdout.trim().split('\n');
  expect(lines.slice(0, 3).sort()).toEqual([
    'A, uncaught exception, a timer',
    'B, unhandled rejection, a stage',
    'C, uncaught exception, a listener',
  ]);
  expect(lines.slice(3)).toEqual([', uncaught exception, nobody', 'still alive']);
});
