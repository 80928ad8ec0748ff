{{- /*
What all pods have in common. Pod Security `restricted` holds for every one of them, and none talks to the Kubernetes
API but the check, where `check.readCluster` lets it. Service links would set variables such as WEB_PORT to an address: (list . component values-of-the-component).
*/}}
{{- define "voice-agent.podSpec" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $values := index . 2 -}}
serviceAccountName: {{ include "voice-agent.fullname" $root }}{{ if and (eq $component "check") $root.Values.check.readCluster }}-check{{ end }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "voice-agent.podSecurity" (list $root $values) | nindent 2 }}
{{- with $root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- range $key := list "nodeSelector" "tolerations" "affinity" "hostAliases" }}
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

{{- /* Who the containers run as: (list . values-of-the-component). */}}
{{- define "voice-agent.podSecurity" -}}
{{- $context := dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- if not (first .).Values.openshift }}
{{- $context = merge $context (dict "runAsUser" 10001 "runAsGroup" 10001 "fsGroup" 10001) }}
{{- end }}
{{- toYaml (mergeOverwrite $context (deepCopy ((last .).podSecurityContext | default dict))) -}}
{{- end }}

{{- /* One of a container's probes, with what the values say of it: (list name probe values-of-the-component). */}}
{{- define "voice-agent.probe" -}}
{{- $own := get ((index . 2).probes | default dict) (index . 0) | default dict -}}
{{ index . 0 }}Probe:
  {{- toYaml (mergeOverwrite (index . 1) (deepCopy $own)) | nindent 2 }}
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
