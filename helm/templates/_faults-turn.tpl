{{- /* Faults of the relay, as a JSON list of sentences. */}}
{{- define "voice-agent.faults.turn" -}}
{{- $faults := list -}}
{{- $turn := .Values.turn -}}
{{- $stunner := .Values.stunner -}}
{{- $maxCall := include "voice-agent.seconds" .Values.agent.config.agent.maxCallMs | int -}}
{{- if ne $turn.provider "none" }}
{{- if not $turn.host }}
{{- $faults = append $faults (printf "turn.provider is %q: set turn.host to the address at which clients reach the relay, such as 10.65.176.54." $turn.provider) }}
{{- end }}
{{- if not (or $turn.udpPort $turn.tcpPort (and $turn.tlsPort (ne $turn.provider "stunner"))) }}
{{- $faults = append $faults "turn has no open door: set udpPort, tcpPort or both." }}
{{- end }}
{{- if and (eq $turn.auth.type "ephemeral") (lt (int $turn.auth.ttlSeconds) $maxCall) }}
{{- $faults = append $faults (printf "turn.auth.ttlSeconds is %d, and calls last up to %d s (agent.config.agent.maxCallMs): raise it to %d or more (LiveKit's most is 86400), or longer calls lose their relay." (int $turn.auth.ttlSeconds) $maxCall $maxCall) }}
{{- end }}
{{- end }}
{{- if and $turn.tlsPort (eq $turn.provider "stunner") }}
{{- $faults = append $faults "turn.tlsPort is for coturn and external relays: set it to 0 with STUNner." }}
{{- end }}
{{- if eq $turn.provider "coturn" }}
{{- if not .Values.coturn.peerCidrs }}
{{- $faults = append $faults "coturn.peerCidrs is empty: give the network of the cluster's pods, such as [10.244.0.0/16]; callers reach all of it through the relay, and nothing else." }}
{{- end }}
{{- range $cidr := .Values.coturn.peerCidrs }}
{{- range $never := list "0.0.0.0/8" "127.0.0.0/8" "169.254.0.0/16" "224.0.0.0/3" }}
{{- if include "voice-agent.overlap" (list $cidr $never) }}
{{- $faults = append $faults (printf "coturn.peerCidrs holds %s, which reaches into %s (this host, cloud metadata or multicast): give the network of the cluster's pods, such as 10.244.0.0/16." $cidr $never) }}
{{- end }}
{{- end }}
{{- end }}
{{- if and $turn.tlsPort (not .Values.coturn.tlsSecret) }}
{{- $faults = append $faults "turn.tlsPort is set: give the certificate in coturn.tlsSecret (a TLS Secret), or set tlsPort to 0." }}
{{- end }}
{{- if not (or $turn.tcpPort $turn.tlsPort) }}
{{- $faults = append $faults "coturn needs a TCP door for its probes: set turn.tcpPort or turn.tlsPort." }}
{{- end }}
{{- end }}
{{- if eq $turn.provider "stunner" }}
{{- $mixed := get ($stunner.annotations | default dict) "stunner.l7mp.io/enable-mixed-protocol-lb" | default "true" | toString }}
{{- if and (eq $stunner.layout "mixed") $turn.udpPort $turn.tcpPort (ne $mixed "true") }}
{{- $faults = append $faults "stunner.annotations turns mixed protocols off, which drops TCP without a word: remove that annotation, or set stunner.layout to \"split\"." }}
{{- end }}
{{- if and (not .Values.livekit.enabled) (not $stunner.backend.name) }}
{{- $faults = append $faults "livekit.enabled is false: set stunner.backend.name to the Service whose pods STUNner relays to, or turn.provider to \"none\"." }}
{{- end }}
{{- if and (not $stunner.gatewayClass.create) (not $stunner.gatewayClass.name) }}
{{- $faults = append $faults "stunner.gatewayClass.create is false: set stunner.gatewayClass.name to the one to use." }}
{{- end }}
{{- if and (not $stunner.dataplane.create) (not $stunner.dataplane.name) }}
{{- $faults = append $faults "stunner.dataplane.create is false: set stunner.dataplane.name to the one to use, such as default." }}
{{- end }}
{{- end }}
{{- toJson $faults -}}
{{- end }}
