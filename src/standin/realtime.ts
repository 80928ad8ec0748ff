import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Fault } from './faults.ts';
import { type RealtimeParts, RealtimeSession } from './realtime-session.ts';
import { FaultPlayed, Reply, RequestProblem } from './reply.ts';
import { refusesRealtime } from './strict-audio.ts';

const PATH = '/v1/realtime';

export interface RealtimeRoute {
  /** Answers one upgrade; never throws. */
  upgrade(request: IncomingMessage, wire: Socket, head: Buffer): void;
  close(): void;
}

/**
 * `/v1/realtime?intent=transcription` with OpenAI's messages and no turn detection: the client commits. The journal
 * has each WebSocket as `realtime` and each commit as `stt`, and faults are planned for either. A commit's `status`
 * is an error event, its cut breaks the WebSocket.
 */
export function createRealtime(parts: RealtimeParts): RealtimeRoute {
  const { state } = parts;
  const sockets = new WebSocketServer({ noServer: true });
  const wires = new Set<Socket>();
  return {
    upgrade(request, wire, head) {
      const fault = state.faults.take('realtime');
      const entry = state.journal.open('realtime', fault);
      const leaving = new AbortController();
      wires.add(wire);
      wire.once('close', () => {
        wires.delete(wire);
        leaving.abort();
      });
      wire.on('error', () => wire.destroy());
      const accept = (socket: WebSocket) =>
        new RealtimeSession(socket, request, entry, parts, leaving.signal);
      admit(request, wire, fault ?? {}, parts, leaving.signal).then(
        () => sockets.handleUpgrade(request, wire, head, accept),
        (error) => {
          wire.end();
          entry.close(
            error instanceof FaultPlayed ? 'faulted' : leaving.signal.aborted ? 'aborted' : 'refused',
          );
        },
      );
    },
    close() {
      for (const wire of wires) wire.destroy();
    },
  };
}

/** Rejects when the upgrade was answered otherwise, or its client left. */
async function admit(
  request: IncomingMessage,
  wire: Socket,
  fault: Fault,
  { state, clock }: RealtimeParts,
  signal: AbortSignal,
): Promise<void> {
  const response = new ServerResponse(request);
  response.setHeader('x-voice-agent-stand-in', 'true');
  response.shouldKeepAlive = false;
  response.assignSocket(wire);
  const reply = new Reply(response, fault, signal);
  if (fault.latencyMs) await clock.sleep(fault.latencyMs, signal);
  await reply.playFault();
  if (refusesRealtime(state.strict.stt)) {
    const problem = new RequestProblem(403, 'Forbidden', null, { body: '' });
    await reply.problem(problem);
    throw problem;
  }
  if ((request.url ?? '').split('?')[0] !== PATH) {
    const problem = new RequestProblem(404, `Unknown WebSocket URL: ${request.url}. This is a stand-in.`);
    await reply.problem(problem);
    throw problem;
  }
  response.detachSocket(wire);
}
