# Every service of rolemint; the command names the one to run: serve control-plane, imds, s3-authorizer, holder or all.
FROM node:24-bookworm-slim

# The holder gives its namespace the metadata addresses. Test kits copy the library into containers whose clock they move.
RUN apt-get update \
 && apt-get install -y --no-install-recommends iproute2 libfaketime \
 && rm -rf /var/lib/apt/lists/* \
 && install -D -t /opt/rolemint-clock /usr/lib/*/faketime/libfaketimeMT.so.1 \
 && mv /opt/rolemint-clock/libfaketimeMT.so.1 /opt/rolemint-clock/libfaketime.so.1

WORKDIR /opt/rolemint
COPY . .
ENV NODE_COMPILE_CACHE=/opt/rolemint/.compile-cache
# The package that brings a Node to older ones is not needed here, nor is what only tests import. The compile cache is
# kept by user: the services run as node, the holder starts as root.
RUN npm ci --omit=dev --no-fund --no-audit \
 && rm -rf node_modules/node node_modules/node-bin-* "$(npm config get cache)" \
 && ln -s /opt/rolemint/packages/cli/bin.js /usr/local/bin/rolemint \
 && install -d -o node -g node /var/lib/rolemint /run/rolemint /run/rolemint-seam /run/storage .compile-cache \
 && node docker/warm.mjs && rolemint --version
USER node
RUN node /opt/rolemint/docker/warm.mjs && rolemint --version

WORKDIR /var/lib/rolemint
HEALTHCHECK --interval=1s --timeout=3s --start-period=60s --retries=5 CMD ["/opt/rolemint/docker/healthy"]
ENTRYPOINT ["/opt/rolemint/packages/cli/bin.js"]
CMD ["--help"]
