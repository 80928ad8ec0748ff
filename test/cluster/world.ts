import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { findLiveKitBinary } from '../../src/dev/livekit-binary.ts';
import { toolPath } from '../tools.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { type Edge, startEdge } from './edge/edge.ts';
import { type Kubelet, startKubelet } from './kubelet/kubelet.ts';
import { NODE } from './node-namespace.ts';
import { logDir, noteTime } from './notes.ts';

export interface World extends ControlPlane {
  kubelet: Kubelet;
  edge: Edge;
}

/** A cluster of one node, and what is around it: everything that a release needs, and nothing of it. */
export async function startWorld(): Promise<World> {
  const plane = await startControlPlane(join(NODE.dir, 'control-plane'));
  const startedMs = performance.now();
  const kubelet = await startKubelet({
    api: plane.api,
    node: 'node-1',
    programs: {
      checkout: join(import.meta.dirname, '../..'),
      livekitServer: (await findLiveKitBinary()).command,
      stunnerd: await toolPath('stunnerd'),
    },
    dir: join(NODE.dir, 'kubelet'),
    logDir: await mkdtemp(join(logDir(), 'pods-')),
  });
  const edge = await startEdge(plane.api, join(NODE.dir, 'edge'));
  noteTime('kubelet and edge up', performance.now() - startedMs);
  return {
    ...{ ...plane, kubelet, edge },
    async stop() {
      await edge.close();
      await kubelet.stop();
      await plane.stop();
    },
  };
}
