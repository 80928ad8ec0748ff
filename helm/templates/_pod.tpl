{{- /*
What all pods have in common. Pod Security `restricted` holds for every one of them, and none talks to the Kubernetes
API. Service links would set variables such as WEB_PORT to an address: (list . component values-of-the-component).
*/}}
{{- define "voice-agent.podSpec" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $values := index . 2 -}}
serviceAccountName: {{ include "voice-agent.fullname" $root }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- with $root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- range $key := list "nodeSelector" "tolerations" "affinity" }}
{{- with get $values $key }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- with get $values "spreadOver" }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "voice-agent.selector" (list $root $component) | nindent 8 }}
{{- end }}
{{- end }}

{{- /*
Labels and annotations of a pod: (list . component values-of-the-component annotations). No chart version among them:
that would roll pods, and calls with them, for nothing.
*/}}
{{- define "voice-agent.podMeta" -}}
{{- $values := index . 2 -}}
labels:
  {{- include "voice-agent.selector" (list (index . 0) (index . 1)) | nindent 2 }}
  {{- with $values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge dict (index . 3) ($values.podAnnotations | default dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "voice-agent.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}
