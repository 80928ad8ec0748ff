{{- /* What every name starts with: at most 40 characters, and of two long names that begin alike never the same. */}}
{{- define "voice-agent.fullname" -}}
{{- $name := .Values.fullnameOverride | default .Release.Name -}}
{{- if gt (len $name) 40 }}{{ $name = printf "%s-%s" ($name | trunc 31 | trimSuffix "-") ($name | sha256sum | trunc 8) }}{{ end -}}
{{- $name -}}
{{- end }}

{{- /* Of objects that belong to no namespace. A namespace has no dot in its name: no two releases get the same. */}}
{{- define "voice-agent.clusterName" -}}
{{- printf "%s.%s" .Release.Namespace (include "voice-agent.fullname" .) -}}
{{- end }}

{{- /* Labels that select a component's pods, and never change: (list . component). */}}
{{- define "voice-agent.selector" -}}
{{- $root := first . -}}
app.kubernetes.io/name: {{ $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ last . }}
{{- end }}

{{- /* Name, namespace and labels of an object: (list . name component). */}}
{{- define "voice-agent.meta" -}}
{{- $root := index . 0 -}}
name: {{ index . 1 }}
namespace: {{ $root.Release.Namespace }}
labels:
  {{- include "voice-agent.labels" (list $root (index . 2)) | nindent 2 }}
{{- end }}

{{- define "voice-agent.labels" -}}
{{- $root := first . -}}
{{ include "voice-agent.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
app.kubernetes.io/part-of: {{ $root.Chart.Name }}
helm.sh/chart: {{ $root.Chart.Name }}-{{ $root.Chart.Version }}
{{- end }}

{{- /* One of `images`, from the mirror if there is one: (list . name). */}}
{{- define "voice-agent.image" -}}
{{- $images := (first .).Values.images -}}
{{- $image := get $images (last .) -}}
{{- with $images.registry -}}
{{- $image = printf "%s/%s" . (regexReplaceAll "^([^/]+[.:][^/]*|localhost)/" $image "") -}}
{{- end -}}
image: {{ $image }}
imagePullPolicy: {{ $images.pullPolicy }}
{{- end }}

{{- define "voice-agent.livekitName" -}}
{{- .Values.livekit.name | default (printf "%s-livekit" (include "voice-agent.fullname" .)) -}}
{{- end }}

{{- define "voice-agent.livekitKeysSecret" -}}
{{- .Values.livekit.keys.existingSecret | default (printf "%s-keys" (include "voice-agent.livekitName" .)) -}}
{{- end }}

{{- define "voice-agent.webSecret" -}}
{{- .Values.web.token.existingSecret | default (printf "%s-web" (include "voice-agent.fullname" .)) -}}
{{- end }}

{{- define "voice-agent.turnSecret" -}}
{{- .Values.turn.auth.existingSecret | default (printf "%s-turn" (include "voice-agent.fullname" .)) -}}
{{- end }}

{{- /* Milliseconds as whole seconds, rounded up. */}}
{{- define "voice-agent.seconds" -}}
{{- div (add (int64 .) 999) 1000 -}}
{{- end }}

{{- /* For Secrets whose content only the cluster has. */}}
{{- define "voice-agent.keep" -}}
annotations:
  helm.sh/resource-policy: keep
{{- end }}

{{- /* Content of a Secret of the cluster, decoded; empty where there is no cluster: (list . name). */}}
{{- define "voice-agent.storedSecret" -}}
{{- $stored := dict -}}
{{- range $key, $value := (lookup "v1" "Secret" (first .).Release.Namespace (last .)).data -}}
{{- $_ := set $stored $key (b64dec $value) -}}
{{- end -}}
{{- toJson $stored -}}
{{- end }}
