import { NODE } from './node-namespace.ts';

const ETCD = 'http://127.0.0.1:23790';
const ETCD_PEER = 'http://127.0.0.1:23800';
const API_PORT = 26_443;
const OPERATOR_HEALTH = '127.0.0.1:18081';
const OPERATOR_CONFIG = `${NODE.bridgeIp}:13478`;

export const ETCD_HEALTH_URL = `${ETCD}/health`;
/** On the bridge, as pods reach it too. */
export const API_URL = `https://${NODE.bridgeIp}:${API_PORT}`;
export const OPERATOR_READY_URL = `http://${OPERATOR_HEALTH}/readyz`;
/** Where the data plane's pods ask for their configuration. */
export const OPERATOR_CONFIG_URL = `http://${OPERATOR_CONFIG}`;

/** Files in the control plane's folder. */
export const FILES = {
  kubeconfig: 'kubeconfig',
  tokens: 'tokens.csv',
  signingKey: 'service-account.key',
  verifyKey: 'service-account.pub',
  /** The API server makes it: its certificate, and the authority that signed that. */
  serverCertificate: 'certificates/apiserver.crt',
};

export const etcdFlags = (): string[] => [
  '--name=etcd',
  '--data-dir=etcd',
  `--listen-client-urls=${ETCD}`,
  `--advertise-client-urls=${ETCD}`,
  `--listen-peer-urls=${ETCD_PEER}`,
  `--initial-advertise-peer-urls=${ETCD_PEER}`,
  `--initial-cluster=etcd=${ETCD_PEER}`,
  '--unsafe-no-fsync',
  '--log-level=warn',
];

export const apiServerFlags = (): string[] => [
  `--etcd-servers=${ETCD}`,
  `--bind-address=${NODE.bridgeIp}`,
  `--advertise-address=${NODE.bridgeIp}`,
  `--secure-port=${API_PORT}`,
  '--cert-dir=certificates',
  '--service-account-issuer=https://kubernetes.default.svc',
  `--service-account-key-file=${FILES.verifyKey}`,
  `--service-account-signing-key-file=${FILES.signingKey}`,
  `--token-auth-file=${FILES.tokens}`,
  '--authorization-mode=RBAC',
  `--service-cluster-ip-range=${NODE.serviceNetwork}`,
  '--allow-privileged=true',
  // Nobody would take away the taint that it puts on a new node.
  '--disable-admission-plugins=TaintNodesByCondition',
  '--profiling=false',
];

/** Without a node controller: the node never leaves. */
const CONTROLLERS = [
  'deployment',
  'replicaset',
  'job',
  'endpoints',
  'endpointslice',
  'horizontal-pod-autoscaler',
  'disruption',
  'namespace',
  'garbage-collector',
  'serviceaccount',
  'root-ca-certificate-publisher',
];

export const controllerManagerFlags = (): string[] => [
  `--kubeconfig=${FILES.kubeconfig}`,
  '--bind-address=127.0.0.1',
  '--secure-port=26257',
  '--cert-dir=certificates',
  '--leader-elect=false',
  `--root-ca-file=${FILES.serverCertificate}`,
  `--controllers=${CONTROLLERS.map((name) => `${name}-controller`).join(',')}`,
];

export const operatorFlags = (): string[] => [
  '--dataplane-mode=managed',
  '--endpoint-discovery=true',
  `--config-discovery-address=${OPERATOR_CONFIG}`,
  '--metrics-bind-address=0',
  `--health-probe-bind-address=${OPERATOR_HEALTH}`,
];
