import type { Api } from './api.ts';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const NAME = 'stunner-container-security';

/**
 * Gives STUNner's pods what its operator of today gives them and the one that runs here, 0.18.0, does not know: the
 * `containerSecurityContext` of their Dataplane. Without it Pod Security refuses them.
 */
export async function secureStunnerPods(api: Api): Promise<void> {
  await api.create(`${GROUP}/mutatingadmissionpolicies`, {
    metadata: { name: NAME },
    spec: {
      paramKind: { apiVersion: 'stunner.l7mp.io/v1', kind: 'Dataplane' },
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
        ],
        objectSelector: { matchLabels: { app: 'stunner' } },
      },
      failurePolicy: 'Fail',
      reinvocationPolicy: 'Never',
      mutations: [
        {
          patchType: 'JSONPatch',
          jsonPatch: {
            expression: `[JSONPatch{
              op: "add",
              path: "/spec/containers/0/securityContext",
              value: params.spec.containerSecurityContext
            }]`,
          },
        },
      ],
    },
  });
  await api.create(`${GROUP}/mutatingadmissionpolicybindings`, {
    metadata: { name: NAME },
    spec: { policyName: NAME, paramRef: { selector: {}, parameterNotFoundAction: 'Deny' } },
  });
}
