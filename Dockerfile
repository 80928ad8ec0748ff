# The worker and its page: docker build -t voice-agent .
#
# Debian, not Alpine: LiveKit's WebRTC core and VAD are native libraries that exist for glibc only (2.34 or newer).
# Node 24 is the LTS line. Without access to the public registries:
#   --build-arg NODE_IMAGE=registry.local/node:24-trixie --build-arg NPM_CONFIG_REGISTRY=https://npm.local
# (`-slim` is appended to NODE_IMAGE for the last stage).
#
# Size to expect for linux/amd64: 230 MB of node:24-trixie-slim and 230 MB of dependencies on disk, 165 MB to pull. Half
# of the dependencies is native code: WebRTC core 25 MB, VAD and turn models 34 MB, ONNX runtime 35 MB, libvips 19 MB.
ARG NODE_IMAGE=node:24-trixie

# Bundles, on the builder's own platform: the result is plain JavaScript.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
ARG NPM_CONFIG_REGISTRY
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
RUN npm ci --include=dev
COPY src src
RUN npm run build && chmod -R a+rX dist

# Production dependencies for the target platform, without emulating it: no install script runs (.npmrc).
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS dependencies
ARG NPM_CONFIG_REGISTRY
ARG TARGETARCH
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY src/dev/prune.mjs prune.mjs
# Of 560 MB installed, 230 MB stay. Never loaded, and removed: ONNX runtimes of other platforms (176 MB), a compiler that
# one dependency names as its peer (31 MB), source maps and type declarations (110 MB), a coverage report (12 MB).
RUN case "$TARGETARCH" in amd64) arch=x64 ;; "") arch="$(node -p process.arch)" ;; *) arch="$TARGETARCH" ;; esac \
  && npm ci --omit=dev --os=linux --libc=glibc --cpu="$arch" \
  && node --input-type=module -e "import { pruneForeignBinaries } from './prune.mjs'; \
    pruneForeignBinaries('node_modules', { platform: 'linux', arch: '$arch' })" \
  && rm -rf prune.mjs node_modules/typescript node_modules/@typescript node_modules/fluent-ffmpeg/coverage \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' \) -delete

FROM ${NODE_IMAGE}-slim
WORKDIR /app
# The slim image has no certificate authorities, and LiveKit's native part brings none of its own.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=dependencies /app ./
COPY --from=build /app/dist dist
COPY LICENSE ./
COPY --chmod=755 prompts prompts

# A private authority, mounted as a file, goes to both TLS stacks: NODE_EXTRA_CA_CERTS adds it for Node (model endpoints,
# worker registration), SSL_CERT_FILE replaces the list of the native part (wss:// into rooms), so that it has to hold
# the public ones too where those are needed.
#
# HOME: LiveKit's native part complains about a user without one. HEALTH_HOST: probes come from outside the container.
# The page stays on loopback until WEB_HOST and WEB_TOKEN are set.
ENV NODE_ENV=production \
    HOME=/tmp \
    HEALTH_HOST=0.0.0.0

# Files belong to root and nothing is written but /tmp (last good prompts, the calls' socket): fits --read-only with --tmpfs /tmp.
USER 10001:10001
EXPOSE 8080 8081

# Node may be process 1: SIGTERM and SIGINT are handled (drain), and its host processes are reaped. No HEALTHCHECK:
# Kubernetes ignores it and probes /healthz and /readyz on 8081 itself.
CMD ["node", "dist/main.js", "start"]
