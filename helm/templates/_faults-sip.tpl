{{- /* Faults of the SIP service and its Redis, as a JSON list of sentences. */}}
{{- define "voice-agent.faults.sip" -}}
{{- $faults := list -}}
{{- $sip := .Values.sip -}}
{{- $redis := .Values.redis -}}
{{- if $redis.bundled.enabled }}
{{- if not .Values.livekit.enabled }}
{{- $faults = append $faults "redis.bundled.enabled is true, and livekit.enabled false: a LiveKit elsewhere has a Redis of its own; set redis.address to that." }}
{{- end }}
{{- if or $redis.tls $redis.username $redis.db }}
{{- $faults = append $faults "redis.bundled has no TLS, user or database but the first: leave redis.tls, username and db as they are, or set redis.address to a Redis of yours." }}
{{- end }}
{{- end }}
{{- if $sip.setup }}
{{- if and .Values.livekit.enabled (not $sip.enabled) (not (include "voice-agent.redisAddresses" . | fromJsonArray)) }}
{{- $faults = append $faults "sip.setup is given, and LiveKit takes trunks only with a Redis: set redis.address, the same as the SIP service's." }}
{{- end }}
{{- if regexMatch "(?m)^\\s*password:" (toYaml $sip.setup) }}
{{- $faults = append $faults "sip.setup holds a password, and stands in a ConfigMap: name a variable in passwordEnv, and its Secret in sip.setupSecrets." }}
{{- end }}
{{- end }}
{{- if $sip.enabled }}
{{- $faults = concat $faults (include "voice-agent.faults.sipService" . | fromJsonArray) }}
{{- end }}
{{- toJson $faults -}}
{{- end }}

{{- define "voice-agent.faults.sipService" -}}
{{- $faults := list -}}
{{- $sip := .Values.sip -}}
{{- $start := int $sip.rtpPortStart -}}
{{- $end := int $sip.rtpPortEnd -}}
{{- if not (include "voice-agent.redisAddresses" . | fromJsonArray) }}
{{- $faults = append $faults "sip.enabled is true: set redis.address to the Redis that LiveKit has, or for a trial redis.bundled.enabled to true." }}
{{- end }}
{{- if ge $start $end }}
{{- $faults = append $faults "sip.rtpPortStart is not below rtpPortEnd: give a range, such as 10000 and 10399." }}
{{- else }}
{{- $room := div (add 1 (sub $end $start)) 2 }}
{{- $slots := include "voice-agent.callSlots" . | int }}
{{- if and .Values.agent.enabled (lt (mul $room (int $sip.replicas)) $slots) }}
{{- $faults = append $faults (printf "sip has RTP ports for %d calls (every second one, of %d pods), and the workers take %d: raise sip.rtpPortEnd to %d or more." (mul $room (int $sip.replicas)) (int $sip.replicas) $slots (add $start (div (mul 4 $slots) (max 1 (int $sip.replicas))) -1)) }}
{{- end }}
{{- end }}
{{- if and (ge (int $sip.port) $start) (le (int $sip.port) $end) }}
{{- $faults = append $faults (printf "sip.port %d is one of its RTP ports: give others in sip.rtpPortStart and rtpPortEnd." (int $sip.port)) }}
{{- end }}
{{- if $sip.address }}
{{- $private := "" }}
{{- range $network := list "10.0.0.0/8" "172.16.0.0/12" "192.168.0.0/16" "100.64.0.0/10" }}
{{- $private = printf "%s%s" $private (include "voice-agent.overlap" (list (printf "%s/32" $sip.address) $network)) }}
{{- end }}
{{- if not $private }}
{{- $faults = append $faults (printf "sip.address %s is no private address: signalling and RTP are not encrypted, so give one of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10, and let the SIP proxy face other networks." $sip.address) }}
{{- end }}
{{- if gt (int $sip.replicas) 1 }}
{{- $faults = append $faults (printf "sip.address leads to one pod, and sip.replicas is %d: leave address empty, or set replicas to 1." (int $sip.replicas)) }}
{{- end }}
{{- end }}
{{- if and $sip.hostNetwork .Values.networkPolicy.enabled (not .Values.networkPolicy.sipServiceCidrs) }}
{{- $faults = append $faults "sip.hostNetwork is true, and policies know pods of the node's network by the node's address alone: give the nodes' network in networkPolicy.sipServiceCidrs, such as [10.65.0.0/24]." }}
{{- end }}
{{- toJson $faults -}}
{{- end }}

{{- /* What the namespace lets pods be, as far as a cluster is there to ask. */}}
{{- define "voice-agent.faults.podSecurity" -}}
{{- $faults := list -}}
{{- if and .Values.sip.enabled .Values.sip.hostNetwork }}
{{- $labels := ((lookup "v1" "Namespace" "" .Release.Namespace).metadata | default dict).labels | default dict }}
{{- $level := get $labels "pod-security.kubernetes.io/enforce" }}
{{- if has $level (list "baseline" "restricted") }}
{{- $faults = append $faults (printf "sip.hostNetwork is true, and namespace %s enforces Pod Security %q, which forbids it: kubectl label namespace %s pod-security.kubernetes.io/enforce=privileged --overwrite, or set sip.hostNetwork to false and sip.address to an address that leads to the pod, or run the SIP service on a VM (voice-agent sip config --vm)." .Release.Namespace $level .Release.Namespace) }}
{{- end }}
{{- end }}
{{- toJson $faults -}}
{{- end }}
