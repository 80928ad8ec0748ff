/** What this kubelet reads and writes of the Kubernetes API, in the API's own names. */

export type Meta = {
  name: string;
  namespace: string;
  uid: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
};

export interface KeyRef {
  name: string;
  key: string;
  optional?: boolean;
}

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: { fieldRef?: { fieldPath: string }; configMapKeyRef?: KeyRef; secretKeyRef?: KeyRef };
}

export interface EnvFrom {
  prefix?: string;
  configMapRef?: { name: string; optional?: boolean };
  secretRef?: { name: string; optional?: boolean };
}

export interface Handler {
  httpGet?: { path?: string; port: number | string; host?: string };
  tcpSocket?: { port: number | string };
  exec?: { command: string[] };
  sleep?: { seconds: number };
}

export interface Probe extends Handler {
  initialDelaySeconds?: number;
  periodSeconds?: number;
  timeoutSeconds?: number;
  successThreshold?: number;
  failureThreshold?: number;
}

export interface SecurityContext {
  runAsUser?: number;
  runAsGroup?: number;
  runAsNonRoot?: boolean;
  readOnlyRootFilesystem?: boolean;
  allowPrivilegeEscalation?: boolean;
  capabilities?: { drop?: string[] };
}

export interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  workingDir?: string;
  env?: EnvVar[];
  envFrom?: EnvFrom[];
  ports?: { name?: string; containerPort: number }[];
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean; subPath?: string }[];
  securityContext?: SecurityContext;
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  lifecycle?: { preStop?: Handler };
}

export interface KeyToPath {
  key: string;
  path: string;
  mode?: number;
}

export interface Projection {
  configMap?: { name: string; items?: KeyToPath[]; optional?: boolean };
  secret?: { name: string; items?: KeyToPath[]; optional?: boolean };
  downwardAPI?: { items: { path: string; fieldRef: { fieldPath: string }; mode?: number }[] };
  serviceAccountToken?: { path: string; audience?: string; expirationSeconds?: number };
}

export interface Volume {
  name: string;
  emptyDir?: object;
  configMap?: { name: string; items?: KeyToPath[]; defaultMode?: number; optional?: boolean };
  secret?: { secretName: string; items?: KeyToPath[]; defaultMode?: number; optional?: boolean };
  projected?: { sources: Projection[]; defaultMode?: number };
}

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

export interface PodSpec {
  nodeName?: string;
  serviceAccountName?: string;
  restartPolicy: RestartPolicy;
  terminationGracePeriodSeconds?: number;
  securityContext?: SecurityContext & { fsGroup?: number; supplementalGroups?: number[] };
  initContainers?: Container[];
  containers: Container[];
  volumes?: Volume[];
}

export type Pod = {
  metadata: Meta;
  spec: PodSpec;
  status?: { phase?: string; conditions?: Condition[] };
};

export interface Condition {
  type: string;
  status: 'True' | 'False';
  reason?: string;
  lastTransitionTime?: string;
}

export interface Terminated {
  exitCode: number;
  reason: string;
  startedAt: string;
  finishedAt: string;
}

/** One of the three. */
export interface ContainerState {
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: Terminated;
}

export interface ContainerStatus {
  name: string;
  image: string;
  imageID: string;
  /** `process://<pid of its first process, as the node sees it>`. */
  containerID?: string;
  state: ContainerState;
  lastState: ContainerState;
  restartCount: number;
  started: boolean;
  ready: boolean;
}

export type Service = {
  metadata: Meta;
  spec: {
    type?: string;
    clusterIP?: string;
    ports?: { name?: string; port: number; protocol?: 'TCP' | 'UDP' }[];
  };
  status?: { loadBalancer?: { ingress?: { ip?: string }[] } };
};

export type EndpointSlice = {
  metadata: Meta;
  ports?: { name?: string; port?: number; protocol?: 'TCP' | 'UDP' }[] | null;
  endpoints?:
    | {
        addresses: string[];
        conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean };
      }[]
    | null;
};
