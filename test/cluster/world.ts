import { join } from 'node:path';
import { findLiveKitBinary } from '../../src/dev/livekit-binary.ts';
import { toolPath } from '../tools.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { type Kubelet, startKubelet } from './kubelet/kubelet.ts';
import { NODE } from './node-namespace.ts';
import { logDir, noteTime } from './notes.ts';

export interface World extends ControlPlane {
  kubelet: Kubelet;
}

/** A cluster of one node, with everything that a release needs and nothing of it. */
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
    logDir: join(logDir(), 'pods'),
  });
  noteTime('kubelet up', performance.now() - startedMs);
  return {
    ...plane,
    kubelet,
    async stop() {
      await kubelet.stop();
      await plane.stop();
    },
  };
}
