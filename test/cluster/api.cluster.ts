import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { NODE } from './node-namespace.ts';

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane(join(NODE.dir, 'api'));
});
afterAll(() => plane?.stop());

test('Pod Security refuses a pod that says nothing', async () => {
  const pod = { metadata: { name: 'bare' }, spec: { containers: [{ name: 'bare', image: 'bare' }] } };
  await expect(plane.api.create('/api/v1/namespaces/livekit/pods', pod)).rejects.toThrow(
    'violates PodSecurity "restricted:latest"',
  );
});
