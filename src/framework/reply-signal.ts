import { Task } from '@livekit/agents';

/**
 * The abort signal of the framework's task that runs just now: inside `tts.stream()`, the reply that is to be spoken
 * (`performTTSInference` of agents 1.9.0). The task itself looks at its signal only when a frame arrives: requests would
 * go on to their first byte, and an answer that rests because enough of it waits to be played would hold up the next turn.
 *
 * @returns `undefined` outside any task.
 */
export function signalOfReply(): AbortSignal | undefined {
  const task = Task.current();
  const controller: AbortController | undefined = task && Reflect.get(task, 'controller');
  return controller?.signal;
}
