# One image for every role: the executable, the libraries it links to, CA certificates. No shell, no package manager.
#
#   docker build -t blog .
#   docker buildx build --platform linux/amd64,linux/arm64 -t blog .    (cross-compiled: nothing is emulated)
ARG BUN_VERSION=1.4.5

# Only files are taken from it, those of the target platform.
FROM debian:bookworm-slim AS libraries

FROM --platform=$BUILDPLATFORM oven/bun:${BUN_VERSION} AS build
WORKDIR /blog
COPY package.json bun.lock bunfig.toml ./
COPY patches patches
RUN bun install --frozen-lockfile --production --ignore-scripts
COPY . .

ARG BUILDARCH TARGETARCH
# Shown by `blog --version` and in the metric build_info: there is no git in here to ask.
ARG BUILD_COMMIT=
# A target of `bun build`; by default the one that every CPU of the architecture runs. (The official image's own Bun is that one.)
ARG BUN_TARGET=
RUN set -eu; \
    target="$BUN_TARGET"; \
    if [ -z "$target" ] && [ "$TARGETARCH" != "$BUILDARCH" ]; then \
      case $TARGETARCH in \
        amd64) target=bun-linux-x64-baseline ;; \
        arm64) target=bun-linux-arm64 ;; \
      esac; \
    fi; \
    bun scripts/build.ts ${target:+"--target=$target"}

# The file system of the image. Certificates are Mozilla's, as Bun has them; glibc looks up names without further libraries since 2.34.
RUN --mount=from=libraries,target=/system set -eu; \
    case $TARGETARCH in \
      amd64) libraries=lib/x86_64-linux-gnu loader=lib64/ld-linux-x86-64.so.2 ;; \
      arm64) libraries=lib/aarch64-linux-gnu loader=lib/ld-linux-aarch64.so.1 ;; \
      *) echo "There is no Bun for linux/$TARGETARCH." >&2; exit 1 ;; \
    esac; \
    mkdir -p /image/usr/local/bin /image/usr/share/licenses/blog /image/etc/ssl/certs /image/lib64 "/image/$libraries" /data; \
    cd /image; \
    cp /blog/dist/blog* usr/local/bin/blog; \
    cp /blog/LICENSE /blog/THIRD_PARTY_LICENSES.txt usr/share/licenses/blog/; \
    for library in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0; do cp -L "/system/usr/$libraries/$library" "$libraries/"; done; \
    cp -L "/system/usr/$libraries/${loader##*/}" "$loader"; \
    echo 'blog:x:65532:65532::/data:/sbin/nologin' > etc/passwd; \
    echo 'blog:x:65532:' > etc/group; \
    echo 'hosts: files dns' > etc/nsswitch.conf; \
    bun -e 'process.stdout.write(require("node:tls").rootCertificates.join("\n") + "\n")' > etc/ssl/certs/ca-certificates.crt

FROM scratch
COPY --from=build /image /
# The embedded databases, with `--role=all` alone; mount a volume to keep them.
COPY --from=build --chown=65532:65532 /data /data
ENV PATH=/usr/local/bin BLOG_LISTEN_HOST=0.0.0.0 BLOG_DATA_DIR=/data
WORKDIR /data
USER 65532:65532
EXPOSE 5000 4000 5001
STOPSIGNAL SIGTERM
# Choose the role by BLOG_ROLE rather than by --role: this asks the roles that the environment names.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["blog", "health"]
ENTRYPOINT ["blog"]
