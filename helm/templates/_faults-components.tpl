{{- /* Faults between components, as a JSON list of sentences. */}}
{{- define "voice-agent.faults.components" -}}
{{- $faults := list -}}
{{- $config := .Values.agent.config -}}
{{- $livekit := .Values.livekit -}}
{{- $media := $livekit.media -}}
{{- $url := ($config.livekit | default dict).url -}}
{{- if and $livekit.enabled $url }}
{{- $faults = append $faults "agent.config.livekit.url is set, and livekit.enabled is true: remove the URL to use this chart's LiveKit, or set livekit.enabled to false." }}
{{- end }}
{{- if and (not $livekit.enabled) (not $url) (or .Values.agent.enabled .Values.web.enabled) }}
{{- $faults = append $faults "livekit.enabled is false: set agent.config.livekit.url to the server to use, such as ws://livekit-server:80." }}
{{- end }}
{{- if and $livekit.enabled (gt (int $livekit.replicas) 1) (not (include "voice-agent.redisAddresses" . | fromJsonArray)) }}
{{- $faults = append $faults (printf "livekit.replicas is %d: set redis.address, through which the servers find each other's rooms, or set replicas to 1." (int $livekit.replicas)) }}
{{- end }}
{{- if and (not $media.udpPort) (ge (int $media.portRangeStart) (int $media.portRangeEnd)) }}
{{- $faults = append $faults "livekit.media.portRangeStart is not below portRangeEnd: give a range, such as 50000 and 60000, or one port in udpPort." }}
{{- end }}
{{- $redis := .Values.redis -}}
{{- if gt (len (compact (list (ternary "bundled" "" $redis.bundled.enabled) $redis.address ($redis.sentinel.addresses | default list | join ",") ($redis.clusterAddresses | default list | join ",")))) 1 }}
{{- $faults = append $faults "redis has several places: keep one of bundled.enabled, address, sentinel.addresses and clusterAddresses." }}
{{- end }}
{{- if ne (empty $redis.sentinel.addresses) (empty $redis.sentinel.masterName) }}
{{- $faults = append $faults "redis.sentinel is half given: set masterName and addresses together." }}
{{- end }}
{{- if and $redis.sentinel.passwordKey (not $redis.password.existingSecret) }}
{{- $faults = append $faults "redis.sentinel.passwordKey is a key of redis.password.existingSecret: set that." }}
{{- end }}
{{- if and .Values.networkPolicy.enabled .Values.agent.enabled (not .Values.networkPolicy.modelCidrs) (not .Values.networkPolicy.modelNamespaces) }}
{{- with include "voice-agent.modelNames" . | fromJsonArray }}
{{- $faults = append $faults (printf "networkPolicy.enabled is true, and a policy knows no names such as %s: give the networks of the models in networkPolicy.modelCidrs, such as [10.65.200.10/32], or their namespaces in networkPolicy.modelNamespaces." (first .)) }}
{{- end }}
{{- end }}
{{- $records := .Values.agent.config.records | default dict -}}
{{- if and .Values.agent.enabled (not .Values.agent.records.enabled) (or $records.transcripts $records.webhookUrl $records.s3Bucket (ne ($records.recording | default "off") "off")) }}
{{- $faults = append $faults "agent.config.records keeps something of calls: set agent.records.enabled, which gives it a folder." }}
{{- end }}
{{- if and .Values.networkPolicy.enabled .Values.agent.enabled (or $records.webhookUrl $records.s3Bucket) (not .Values.networkPolicy.recordCidrs) (not .Values.networkPolicy.extraEgress.agent) }}
{{- $faults = append $faults "networkPolicy.enabled is true: give the networks of webhook and storage in networkPolicy.recordCidrs, such as [10.65.200.20/32], or a rule in networkPolicy.extraEgress.agent." }}
{{- end }}
{{- if .Values.route.enabled }}
{{- if not .Values.route.host }}
{{- $faults = append $faults "route.enabled is true: set route.host to the name that browsers use." }}
{{- end }}
{{- if not .Values.route.parentRefs }}
{{- $faults = append $faults "route.enabled is true: set route.parentRefs to the Gateway that terminates HTTPS, such as [{name: envoy, namespace: gateways}]." }}
{{- end }}
{{- end }}
{{- $prompts := .Values.prompts -}}
{{- if and $prompts.existingConfigMap $prompts.files }}
{{- $faults = append $faults "prompts has two sources: keep existingConfigMap or files, not both." }}
{{- end }}
{{- $prompt := $config.agent.prompt | default "default" }}
{{- if and $prompts.files (not (hasKey $prompts.files (printf "%s.md" $prompt))) }}
{{- $faults = append $faults (printf "prompts.files has no %s.md: add it, or name another one in agent.config.agent.prompt." $prompt) }}
{{- end }}
{{- toJson $faults -}}
{{- end }}

{{- define "voice-agent.faults.scaling" -}}
{{- $faults := list -}}
{{- $scaling := .Values.agent.autoscaling -}}
{{- $keda := .Values.agent.keda -}}
{{- if and $scaling.enabled $keda.enabled }}
{{- $faults = append $faults "agent.autoscaling and agent.keda are both enabled: keep one, they would fight over the replicas." }}
{{- end }}
{{- if and $keda.enabled (not $keda.prometheusUrl) }}
{{- $faults = append $faults "agent.keda.enabled is true: set agent.keda.prometheusUrl to the Prometheus that it asks." }}
{{- end }}
{{- if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) }}
{{- $faults = append $faults "agent.autoscaling.minReplicas is above maxReplicas: lower it." }}
{{- end }}
{{- toJson $faults -}}
{{- end }}
